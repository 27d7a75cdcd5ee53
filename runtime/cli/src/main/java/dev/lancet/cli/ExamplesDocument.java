package dev.lancet.cli;

import dev.lancet.runtime.text.instruction.EncodedExample;
import dev.lancet.runtime.text.instruction.ExampleCounts;
import dev.lancet.runtime.text.instruction.InstructionReader;
import dev.lancet.runtime.text.instruction.InstructionText;
import dev.lancet.runtime.text.instruction.TextPiece;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Examples for programs and for people. */
final class ExamplesDocument {

    private static final String WITHOUT = "without loss | ";
    private static final String WITH = "with loss    | ";
    private static final String SAME = "             | ";

    private ExamplesDocument() {}

    static Map<String, @Nullable Object> of(ExampleCounts counts) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("examples", counts.examples());
        document.put("held_out_examples", counts.heldOut());
        document.put("repeated_examples", counts.repeated());
        document.put("too_long_examples", counts.tooLong());
        document.put("cut_examples", counts.cut());
        document.put("tokens", counts.tokens());
        document.put("answer_tokens", counts.answerTokens());
        document.put("longest", counts.longest());
        return document;
    }

    /** Counts, and one example as the model sees it. */
    static Map<String, @Nullable Object> of(InstructionText text, int number, InstructionReader.Shown shown) {
        Map<String, @Nullable Object> document = of(text.counts());
        document.put("sequence", text.sequence());
        document.put("sequences", text.rows());
        document.put("tokenizer", text.tokenizer().name());
        document.put("fingerprint", text.fingerprint());
        EncodedExample encoded = shown.encoded();
        List<Integer> ids = new ArrayList<>();
        List<Boolean> loss = new ArrayList<>();
        for (int at = 0; at < encoded.size(); at++) {
            ids.add(encoded.id(at));
            loss.add(at > 0 && encoded.isAnswer(at));
        }
        Map<String, @Nullable Object> example = new LinkedHashMap<>();
        example.put("number", number);
        example.put("row", shown.where());
        example.put("pieces", shown.pieces().stream().map(ExamplesDocument::of).toList());
        example.put("ends_with_end_token", shown.ended());
        example.put("ids", ids);
        example.put("loss", loss);
        document.put("example", example);
        return document;
    }

    private static Map<String, @Nullable Object> of(TextPiece piece) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("text", piece.text());
        document.put("loss", piece.answer());
        return document;
    }

    /** The same for people: every line says whether it has a loss. */
    static String text(InstructionText text, int number, InstructionReader.Shown shown) {
        StringBuilder lines = new StringBuilder(text.toString()).append("\n");
        lines.append(String.format(
                Locale.ROOT,
                "%,d sequences of %,d tokens to train on%n%nexample %,d (%s), %,d tokens, %,d of them with loss%n",
                text.rows(),
                text.sequence(),
                number,
                shown.where(),
                shown.encoded().size(),
                shown.encoded().answers()));
        for (TextPiece piece : shown.pieces()) {
            String mark = piece.answer() ? WITH : WITHOUT;
            for (String line : piece.text().split("\\R", -1)) {
                lines.append(mark).append(line).append('\n');
                mark = SAME;
            }
        }
        return lines.append(shown.ended() ? WITH + "(the end token)\n" : "").toString();
    }
}
