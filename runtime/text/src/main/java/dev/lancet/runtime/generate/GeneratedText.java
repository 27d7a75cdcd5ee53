package dev.lancet.runtime.generate;

import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;

/** Collects the text of tokens while a model generates them, up to a stop string. */
public final class GeneratedText {

    private final Tokenizer.Streaming streaming;
    private final StopStrings stops;
    private final TextListener listener;
    private final StringBuilder text = new StringBuilder();

    /**
     * A text that follows a prompt.
     *
     * @param streaming decodes the ids of this text
     * @param prompt the ids before the text
     * @param stops strings that end the text
     * @param listener receives the text
     */
    public GeneratedText(Tokenizer.Streaming streaming, int[] prompt, List<String> stops, TextListener listener) {
        this.streaming = streaming;
        this.stops = new StopStrings(stops);
        this.listener = listener;
        Arrays.stream(prompt).forEach(streaming::add);
    }

    /** Takes the next token, and returns whether the text goes on after it. */
    public boolean add(int id) {
        boolean more = take(stops.add(streaming.add(id)));
        return more && !stops.found();
    }

    /** Takes the text that still waits, and returns why the text ends, of tokens that ended for this reason. */
    public FinishReason finish(FinishReason end) {
        if (stops.found()) {
            return FinishReason.STOP_STRING;
        }
        if (end == FinishReason.CANCELLED) {
            return end;
        }
        String rest = stops.add(streaming.finish());
        take(stops.found() ? rest : rest + stops.finish());
        return stops.found() ? FinishReason.STOP_STRING : end;
    }

    /** The text so far. */
    public String text() {
        return text.toString();
    }

    private boolean take(String piece) {
        text.append(piece);
        return listener.accept(piece);
    }
}
