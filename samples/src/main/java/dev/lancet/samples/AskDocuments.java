package dev.lancet.samples;

import dev.lancet.runtime.Model;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.embed.TextEncoder;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.langchain4j.LancetChatModel;
import dev.lancet.runtime.langchain4j.LancetEmbeddingModel;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.service.AiServices;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Answers a question over a folder of documents, with LangChain4j. An encoder of Lancet finds the passages, and a chat model of
 * Lancet answers from them. Without a chat model, the passages are the answer.
 */
public final class AskDocuments {

    private static final int PASSAGES = 3;
    private static final int MOST_TOKENS = 256;

    private AskDocuments() {}

    /** Run it with a folder, an encoder, a question, and perhaps a chat model: {@code docs/guide minilm-small "What is a budget?"}. */
    public static void main(String... arguments) {
        Optional<Path> chat = arguments.length > 3 ? Optional.of(Path.of(arguments[3])) : Optional.empty();
        tell(Path.of(arguments[0]), Path.of(arguments[1]), arguments[2], chat, System.out);
    }

    /** What LangChain4j implements. */
    interface Assistant {
        String answer(String question);
    }

    /** Prints the answer to a question. */
    public static void tell(Path documents, Path encoder, String question, Optional<Path> chat, PrintStream out) {
        try (TextEncoder opened = TextEncoder.open(encoder, Optional.empty(), Device.auto())) {
            DocumentIndex index =
                    new DocumentIndex(new LancetEmbeddingModel(opened), DocumentIndex.passages(documents));
            if (chat.isPresent()) {
                out.println(answer(index, chat.get(), question));
            } else {
                for (TextSegment passage : index.nearest(question, PASSAGES)) {
                    out.printf("%s: %s%n%n", DocumentIndex.file(passage), passage.text());
                }
            }
        }
    }

    private static String answer(DocumentIndex index, Path chat, String question) {
        try (Model model = Model.open(chat);
                LancetChatModel answering = LancetChatModel.of(model, GenerationSettings.of(MOST_TOKENS))) {
            Assistant assistant = AiServices.builder(Assistant.class)
                    .chatModel(answering)
                    .contentRetriever(index.retriever(PASSAGES))
                    .build();
            return assistant.answer(question);
        }
    }
}
