package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.io.Sha256;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * One plain text whose end is held out. The text is cut at the blank line that is nearest to the wanted share. If the
 * held-out part would then be less than half or more than twice the wanted share, the text is cut at the nearest end of
 * a line instead; if that does not help, at the exact character.
 */
record SingleTextSplit(String rest, String held) implements SplitCorpus {

    static SingleTextSplit read(Path file, double share) {
        TextFile paragraphs = TextFile.read(file);
        String text = paragraphs.text();
        int cut = share == 0 ? text.length() : cut(paragraphs, text, share);
        if (cut == 0 || (cut == text.length() && share > 0)) {
            throw new LancetException(String.format(
                    Locale.ROOT,
                    "corpus: %s has only %d characters, too few to hold out a share of %s; use a longer text",
                    file,
                    text.length(),
                    share));
        }
        return new SingleTextSplit(text.substring(0, cut), text.substring(cut));
    }

    private static int cut(TextFile paragraphs, String text, double share) {
        double wanted = text.length() * (1 - share);
        double least = text.length() * (1 - 2 * share);
        double most = text.length() * (1 - share / 2);
        int border = nearest(paragraphs.borders(), wanted);
        if (border > 0 && border >= least && border <= most) {
            return border;
        }
        int from = (int) Math.max(0, least);
        int line = -1;
        for (int at = text.indexOf('\n', from) + 1; at > 0 && at <= most; at = text.indexOf('\n', at) + 1) {
            line = line < 0 || Math.abs(at - wanted) < Math.abs(line - wanted) ? at : line;
        }
        if (line > 0) {
            return line;
        }
        int at = (int) wanted;
        return at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
    }

    private static int nearest(List<Integer> borders, double wanted) {
        int nearest = -1;
        for (int border : borders) {
            nearest = nearest < 0 || Math.abs(border - wanted) < Math.abs(nearest - wanted) ? border : nearest;
        }
        return nearest;
    }

    @Override
    public int documents() {
        return 1;
    }

    @Override
    public int repeated() {
        return 0;
    }

    @Override
    public int heldOut() {
        return 0;
    }

    @Override
    public String fingerprint(boolean trainingOnly) {
        return Sha256.of(Sha256.of(rest) + (trainingOnly ? "" : Sha256.of(held)));
    }

    @Override
    public void each(String what, Progress progress, BiConsumer<String, Boolean> taker) {
        try (Progress.Task task = progress.begin(what, 2)) {
            taker.accept(rest, false);
            task.advance(1, "");
            if (!held.isEmpty()) {
                taker.accept(held, true);
            }
            task.advance(2, "");
        }
    }
}
