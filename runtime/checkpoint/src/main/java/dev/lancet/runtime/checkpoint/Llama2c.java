package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads model files of llama2.c, version 0 ({@code export.py --version 0}): seven int32 (width, hidden width, layers,
 * heads, key/value heads, vocabulary, context), then all weights as float32. A negative vocabulary means that the head
 * is not tied.
 *
 * @see <a href="https://github.com/karpathy/llama2.c/blob/master/run.c">run.c</a>
 */
public final class Llama2c {

    static final int HEADER = 7 * Integer.BYTES;

    private static final int LATER_VERSIONS = 0x616b3432;
    /** The file does not hold this value; llama2.c has it in its code. */
    private static final double EPSILON = 1e-5;

    private static final double THETA = 10_000;

    private Llama2c() {}

    /**
     * Opens a file. Rows of queries and keys are reordered when they are read, because llama2.c rotates neighbouring
     * elements, whereas Lancet and Hugging Face rotate halves.
     *
     * @throws LancetException if the file is missing, is not a llama2.c file, or does not have the length that its
     * header implies
     */
    public static Checkpoint open(Path file) {
        try (FileChannel channel = FileChannel.open(PlainFile.require(file))) {
            if (channel.size() < HEADER) {
                throw notLlama2c(file, "has " + channel.size() + " bytes, fewer than its header of " + HEADER);
            }
            int[] numbers = new int[HEADER / Integer.BYTES];
            Safetensors.read(channel, 0, HEADER)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asIntBuffer()
                    .get(numbers);
            Transformer transformer = transformer(file, numbers);
            Llama2cWeights weights = new Llama2cWeights(file, transformer);
            if (weights.fileBytes() != channel.size()) {
                throw notLlama2c(
                        file, "has " + channel.size() + " bytes, but its header implies " + weights.fileBytes());
            }
            Path folder = file.resolveSibling("");
            return new Checkpoint(
                    transformer, Plan.dense(transformer), weights, TokenizerFile.beside(folder), List.of(), Dtype.F32);
        } catch (ArithmeticException overflow) {
            throw notLlama2c(file, "has a header that implies more than 2^63 bytes");
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }

    private static Transformer transformer(Path file, int[] header) {
        if (header[0] == LATER_VERSIONS) {
            throw new LancetException(file + ": is a llama2.c file of version " + header[1]
                    + ", but only version 0 can be read; export it with --version 0");
        }
        try {
            String name = String.valueOf(file.getFileName());
            return new Transformer(
                    name.endsWith(".bin") ? name.substring(0, name.length() - ".bin".length()) : name,
                    Math.abs(header[5]),
                    header[6],
                    header[0],
                    header[2],
                    Attention.heads(header[3]).kv(header[4]),
                    FeedForward.swiglu(header[1]),
                    Norm.rmsNorm(EPSILON),
                    Position.rotary(THETA),
                    header[5] > 0);
        } catch (IllegalArgumentException wrong) {
            throw notLlama2c(file, "has a header that does not describe a model (" + wrong.getMessage() + ")");
        }
    }

    private static LancetException notLlama2c(Path file, String why) {
        return new LancetException(file + ": " + why + "; check that it is a complete llama2.c file, or get it again");
    }
}
