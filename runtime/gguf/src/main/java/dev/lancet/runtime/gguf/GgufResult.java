package dev.lancet.runtime.gguf;

import dev.lancet.runtime.gguf.file.GgufType;
import java.util.List;
import java.util.Map;

/**
 * What an export wrote.
 *
 * @param bytes of the file
 * @param types how many matrices have each type
 * @param kept matrices whose codes are the stored ones; their scales are rounded to float16
 * @param unpacked matrices that were codes, and are floats now
 * @param rounded matrices of floats that were rounded to a type with fewer bits
 * @param roundedAgain matrices of codes that were rounded to another type
 * @param context the most tokens that the file declares, fewer than the model's if that has an attention window
 * @param tokenizer whether the file has a tokenizer
 */
public record GgufResult(
        long bytes,
        Map<GgufType, Integer> types,
        List<String> kept,
        List<String> unpacked,
        List<String> rounded,
        List<String> roundedAgain,
        int context,
        boolean tokenizer) {

    public GgufResult {
        types = Map.copyOf(types);
        kept = List.copyOf(kept);
        unpacked = List.copyOf(unpacked);
        rounded = List.copyOf(rounded);
        roundedAgain = List.copyOf(roundedAgain);
    }

    /** How many matrices llama.cpp multiplies with inputs that it rounds to 8 bits. */
    public int roundedInputs() {
        return types.getOrDefault(GgufType.Q8_0, 0) + types.getOrDefault(GgufType.Q4_0, 0);
    }

    /** How many matrices llama.cpp multiplies with inputs that it rounds to 16 bits. */
    public int halfInputs() {
        return types.getOrDefault(GgufType.FLOAT16, 0) + types.getOrDefault(GgufType.BFLOAT16, 0);
    }
}
