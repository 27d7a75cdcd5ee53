package dev.lancet.runtime.langchain4j;

import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.generate.TextGenerator;
import dev.lancet.runtime.language.TextModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A {@link StreamingChatModel} of LangChain4j over a language model of Lancet: as {@link LancetChatModel}, but the handler
 * receives the text while it is generated, in a thread of this object. A handler that cancels ends the generation. {@link
 * #close()} ends what is generated and waits for it; the model stays open.
 */
public final class LancetStreamingChatModel implements StreamingChatModel, AutoCloseable {

    private final String name;
    private final TextGenerator generator;
    private final GenerationSettings usual;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(LancetStreamingChatModel::daemon);
    private volatile boolean closed;

    private LancetStreamingChatModel(String name, TextGenerator generator, GenerationSettings usual) {
        this.name = name;
        this.generator = generator;
        this.usual = usual;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "lancet-chat");
        thread.setDaemon(true);
        return thread;
    }

    /** A chat model that takes the most likely tokens, at most 1024, where a request says nothing else. */
    public static LancetStreamingChatModel of(TextModel model) {
        return of(model, GenerationSettings.of(1024));
    }

    /**
     * A chat model.
     *
     * @param usual what holds where a request says nothing
     */
    public static LancetStreamingChatModel of(TextModel model, GenerationSettings usual) {
        return new LancetStreamingChatModel(model.engine().limits().model(), model.generator(), usual);
    }

    /** Begins the answer to a conversation, after those that were asked for before; errors go to the handler. */
    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        if (closed) {
            throw new IllegalStateException("chat model: it is closed; open another one");
        }
        thread.execute(() -> stream(request, handler));
    }

    private void stream(ChatRequest request, StreamingChatResponseHandler handler) {
        Cancellation cancellation = new Cancellation();
        Generation generation;
        try {
            GenerationSettings settings = LangChainConversion.settings(request, usual);
            generation =
                    generator.generate(generator.conversation(LangChainConversion.turns(request)), settings, piece -> {
                        if (!piece.isEmpty()) {
                            handler.onPartialResponse(
                                    new PartialResponse(piece), new PartialResponseContext(cancellation));
                        }
                        return !cancellation.isCancelled() && !closed;
                    });
        } catch (RuntimeException e) {
            handler.onError(e);
            return;
        }
        if (!cancellation.isCancelled()) {
            handler.onCompleteResponse(LangChainConversion.response(name, generation));
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.shutdown();
        try {
            thread.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        generator.close();
    }

    private static final class Cancellation implements StreamingHandle {

        private volatile boolean cancelled;

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    }
}
