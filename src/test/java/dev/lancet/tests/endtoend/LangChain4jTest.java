package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.io.Progress;
import dev.lancet.runtime.GraphModel;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.embed.TextEncoder;
import dev.lancet.runtime.langchain4j.LancetChatModel;
import dev.lancet.runtime.langchain4j.LancetEmbeddingModel;
import dev.lancet.runtime.langchain4j.LancetStreamingChatModel;
import dev.lancet.runtime.onnx.OnnxExport;
import dev.lancet.runtime.onnx.OnnxModel;
import dev.lancet.runtime.serve.ModelServer;
import dev.lancet.runtime.serve.ServedModel;
import dev.lancet.runtime.serve.ServerSettings;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.runtime.train.graph.Examples;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The models of LangChain4j, in this JVM and through a server with LangChain4j's client for OpenAI: they answer alike. */
class LangChain4jTest {

    private static final String TEMPLATE =
            "{{ bos_token }}{% for message in messages %}{{ message['content'] }} {% endfor %}";
    private static final ChatRequest REQUEST = ChatRequest.builder()
            .messages(SystemMessage.from("Once upon a time,"), UserMessage.from("there was a little girl"))
            .temperature(0.0)
            .maxOutputTokens(24)
            .build();

    @TempDir
    Path folder;

    /** stories260K with a template that tells the messages one after the other. */
    private Model chat() throws IOException {
        Path stories = Fixture.ALL.resolve("stories260K-hf");
        for (String file : new String[] {"config.json", "model.safetensors", "tok512.bin"}) {
            Files.copy(stories.resolve(file), folder.resolve(file));
        }
        Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\": \"\", \"eos_token\": \"</s>\"}");
        return Model.open(folder);
    }

    @Test
    void a_chat_model_answers_here_as_through_the_server() throws Exception {
        try (Model model = chat();
                LancetChatModel local = LancetChatModel.of(model);
                LancetStreamingChatModel streaming = LancetStreamingChatModel.of(model)) {
            ChatResponse here = local.chat(REQUEST);
            assertThat(here.aiMessage().text()).startsWith(" named ");
            assertThat(here.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(here.tokenUsage().outputTokenCount()).isEqualTo(24);
            assertThat(streamed(streaming).aiMessage()).isEqualTo(here.aiMessage());

            try (ServedModel served = ServedModel.of("stories", model);
                    ModelServer server = ModelServer.start(ServerSettings.local(0), served, Assertions::fail)) {
                ChatModel client = OpenAiChatModel.builder()
                        .baseUrl(server.url())
                        .apiKey("none")
                        .modelName("stories")
                        .build();
                ChatResponse there = client.chat(REQUEST);
                assertThat(there.aiMessage().text()).isEqualTo(here.aiMessage().text());
                assertThat(there.finishReason()).isEqualTo(FinishReason.LENGTH);
                assertThat(there.tokenUsage().inputTokenCount())
                        .isEqualTo(here.tokenUsage().inputTokenCount());
                assertThat(there.tokenUsage().outputTokenCount()).isEqualTo(24);

                StreamingChatModel streamingClient = OpenAiStreamingChatModel.builder()
                        .baseUrl(server.url())
                        .apiKey("none")
                        .modelName("stories")
                        .build();
                assertThat(streamed(streamingClient).aiMessage().text())
                        .isEqualTo(here.aiMessage().text());

                ChatModel stranger = OpenAiChatModel.builder()
                        .baseUrl(server.url())
                        .apiKey("none")
                        .modelName("gpt-9")
                        .maxRetries(0)
                        .build();
                assertThatThrownBy(() -> stranger.chat("Hello"))
                        .isInstanceOf(ModelNotFoundException.class)
                        .hasMessageContaining("model: 'gpt-9' is not served here; this server has 'stories'");
            }
        }
    }

    @Test
    void a_model_of_onnx_runtime_answers_as_one_of_tensorflow_here_and_through_the_server() throws Exception {
        String wanted;
        try (Model model = chat();
                LancetChatModel local = LancetChatModel.of(model)) {
            wanted = local.chat(REQUEST).aiMessage().text();
        }
        Path exported = folder.resolve("exported");
        OnnxExport.of(Checkpoint.open(folder), false, Progress.silent()).write(exported);
        for (String file : new String[] {"chat_template.jinja", "tokenizer_config.json"}) {
            Files.copy(folder.resolve(file), exported.resolve(file));
        }
        try (OnnxModel model = OnnxModel.open(exported);
                LancetChatModel local = LancetChatModel.of(model);
                LancetStreamingChatModel streaming = LancetStreamingChatModel.of(model);
                ServedModel served = ServedModel.of("stories", model);
                ModelServer server = ModelServer.start(ServerSettings.local(0), served, Assertions::fail)) {
            ChatModel client = OpenAiChatModel.builder()
                    .baseUrl(server.url())
                    .apiKey("none")
                    .modelName("stories")
                    .build();

            assertThat(local.chat(REQUEST).aiMessage().text()).isEqualTo(wanted);
            assertThat(streamed(streaming).aiMessage().text()).isEqualTo(wanted);
            assertThat(client.chat(REQUEST).aiMessage().text()).isEqualTo(wanted);
        }
    }

    /** The response after all pieces, which together are its text. */
    private static ChatResponse streamed(StreamingChatModel model) throws Exception {
        StringBuilder pieces = new StringBuilder();
        CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
        model.chat(REQUEST, new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                pieces.append(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                whole.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                whole.completeExceptionally(error);
            }
        });
        assertThat(whole.get(60, TimeUnit.SECONDS).aiMessage().text()).isEqualTo(pieces.toString());
        return whole.get();
    }

    @Test
    void a_handler_that_cancels_ends_the_text_and_the_next_one_is_generated() throws Exception {
        CompletableFuture<String> first = new CompletableFuture<>();
        try (Model model = chat();
                LancetStreamingChatModel streaming = LancetStreamingChatModel.of(model)) {
            streaming.chat(REQUEST, new StreamingChatResponseHandler() {
                @Override
                public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
                    context.streamingHandle().cancel();
                    first.complete(piece.text());
                }

                @Override
                public void onCompleteResponse(ChatResponse response) {
                    first.complete("complete: " + response);
                }

                @Override
                public void onError(Throwable error) {
                    first.completeExceptionally(error);
                }
            });

            assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo(" named");
            assertThat(streamed(streaming).aiMessage().text()).startsWith(" named ");
        }
    }

    @Test
    void what_a_model_cannot_do_is_refused() throws Exception {
        try (Model model = chat();
                LancetChatModel local = LancetChatModel.of(model)) {
            ChatRequest penalty = ChatRequest.builder()
                    .messages(UserMessage.from("Hello"))
                    .frequencyPenalty(0.5)
                    .build();
            assertThatThrownBy(() -> local.chat(penalty))
                    .isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessage("frequencyPenalty: Lancet does not have it; leave it out");
        }
    }

    @Test
    void vectors_are_the_normalized_means_of_the_tokens_here_and_through_the_server() throws Exception {
        Path path = TinyEncoder.write(folder);
        String[] texts = {"It is good on Sundays", "bad"};
        try (TextEncoder encoder = TextEncoder.open(path, Optional.of(TinyEncoder.TOKENIZER), Device.cpu());
                ServedModel served = ServedModel.of("tiny", encoder);
                ModelServer server = ModelServer.start(ServerSettings.local(0), served, Assertions::fail)) {
            EmbeddingModel here = new LancetEmbeddingModel(encoder);
            EmbeddingModel there = OpenAiEmbeddingModel.builder()
                    .baseUrl(server.url())
                    .apiKey("none")
                    .modelName("tiny")
                    .build();
            assertThat(here.dimension()).isEqualTo(TinyEncoder.WIDTH);
            for (String text : texts) {
                assertThat(here.embed(text).content().vector()).containsExactly(mean(path, text), within(1e-5f));
                assertThat(there.embed(text).content().vector())
                        .containsExactly(here.embed(text).content().vector(), within(1e-6f));
            }
            assertThat(here.embed(texts[1]).tokenUsage().inputTokenCount())
                    .isEqualTo(there.embed(texts[1]).tokenUsage().inputTokenCount());
        }
    }

    /** The mean of the vectors of all tokens, of length 1, from the graph's output for this text alone. */
    private static float[] mean(Path encoder, String text) {
        int[] ids;
        try (Tokenizer tokenizer = Tokenizer.open(TinyEncoder.TOKENIZER)) {
            ids = tokenizer.encode(text);
        }
        int[] ones = new int[ids.length];
        Arrays.fill(ones, 1);
        Examples row = Examples.of("input_ids", new int[][] {ids})
                .and("attention_mask", new int[][] {ones})
                .and("token_type_ids", new int[][] {new int[ids.length]});
        float[] hidden = GraphModel.open(encoder).output(row, "hidden");
        float[] mean = new float[TinyEncoder.WIDTH];
        for (int i = 0; i < hidden.length; i++) {
            mean[i % TinyEncoder.WIDTH] += hidden[i] / ids.length;
        }
        double square = 0;
        for (float value : mean) {
            square += value * value;
        }
        for (int i = 0; i < mean.length; i++) {
            mean[i] /= (float) Math.sqrt(square);
        }
        return mean;
    }
}
