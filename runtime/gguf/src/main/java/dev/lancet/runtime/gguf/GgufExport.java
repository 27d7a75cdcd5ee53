package dev.lancet.runtime.gguf;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.gguf.file.GgufMetadata;
import dev.lancet.runtime.gguf.file.GgufTensor;
import dev.lancet.runtime.gguf.file.GgufType;
import dev.lancet.runtime.gguf.file.GgufWriter;
import dev.lancet.runtime.gguf.matrix.MatrixExport;
import dev.lancet.runtime.gguf.matrix.RowEncoder;
import dev.lancet.runtime.gguf.matrix.RowOrder;
import dev.lancet.runtime.gguf.vocabulary.VocabularyMetadata;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Writes a decoder of LLaMA's family as one GGUF file for llama.cpp, one matrix at a time.
 *
 * <p>Codes are kept where GGUF has a type for them: int8 becomes Q8_0, and symmetric int4 whose groups are multiples of 32
 * becomes Q4_0, with scales in float16. All other matrices have the type that is asked for, or the one of their files.
 *
 * @param model the model, without adapters, factors and corrections
 * @param floats the type of matrices whose codes are not kept; if empty, as in the files of the model, and float32 for codes
 *     that GGUF has no type for
 * @param tokenizer whether to write the tokenizer beside the model, if there is one
 * @param progress is told how many matrices are written
 */
public record GgufExport(Checkpoint model, Optional<GgufType> floats, boolean tokenizer, Progress progress) {

    private static final String DIVISORS = "rope_freqs.weight";
    private static final int QUANTIZATION_VERSION = 2;

    /**
     * Checks that llama.cpp knows a transformer.
     *
     * @throws LancetException if it is not of LLaMA's family
     */
    public static void check(Transformer transformer) {
        LlamaArchitecture.of(transformer);
    }

    /**
     * Writes the file, which appears complete or not at all.
     *
     * @throws LancetException if the file exists or cannot be written, if an array is missing or not finite, if the model is
     *     not of LLaMA's family, if a matrix is not in one piece, if a type is asked for and no matrix would have it, or if
     *     llama.cpp has no tokenizer like the model's
     */
    public GgufResult write(Path file) {
        LlamaArchitecture architecture = LlamaArchitecture.of(model.transformer());
        Plan plan = model.plan();
        if (!plan.merged().folded().equals(plan)) {
            throw new LancetException("export: " + model.transformer().name()
                    + " has adapters, factors or corrections, which have no place in the file; merge them and multiply"
                    + " them out first");
        }
        Weights weights = model.weights();
        weights.require(plan);
        List<MatrixExport> matrices =
                plan.steps().stream().map(step -> matrix(step, architecture)).toList();
        if (floats.isPresent() && matrices.stream().allMatch(MatrixExport::kept)) {
            throw new LancetException("--type: " + floats.get() + "; all layers of "
                    + model.transformer().name() + " are codes that keep their form, so leave it out");
        }
        Optional<float[]> divisors = architecture.frequencyDivisors();
        List<GgufTensor> tensors = Stream.of(
                        divisors.stream().map(some -> GgufTensor.vector(DIVISORS, some.length)),
                        matrices.stream().map(MatrixExport::tensor),
                        plan.vectors().stream()
                                .map(vector -> GgufTensor.vector(architecture.tensor(vector), vector.columns())))
                .flatMap(some -> some)
                .toList();
        boolean withText = tokenizer && model.tokenizer().isPresent();
        try (GgufWriter writer = GgufWriter.create(file, metadata(architecture, matrices), tensors);
                Progress.Task task = progress.begin("export", matrices.size())) {
            divisors.ifPresent(some -> writer.next(parts -> parts.accept(floats(DIVISORS, some, RowOrder.same()))));
            for (int i = 0; i < matrices.size(); i++) {
                MatrixExport matrix = matrices.get(i);
                writer.next(parts -> matrix.write(weights, parts));
                task.advance(i + 1, "");
            }
            for (Weight vector : plan.vectors()) {
                float[] values = weights.readFloats(vector.name());
                writer.next(parts -> parts.accept(floats(vector.name(), values, architecture.order(vector))));
            }
            return result(writer.finish(), matrices, architecture.context(), withText);
        }
    }

    private MatrixExport matrix(Step step, LlamaArchitecture architecture) {
        return MatrixExport.of(
                step.baseMatrices().get(0),
                architecture.tensor(step.weight()),
                architecture.order(step.weight()),
                floats.orElse(stored(step.precision())));
    }

    /** The type that holds every number of the model's files exactly, in no more bits than the files use. */
    private GgufType stored(Precision precision) {
        return switch (precision.format()) {
            case FLOAT32 ->
                switch (model.stored()) {
                    case BF16 -> GgufType.BFLOAT16;
                    case F16 -> GgufType.FLOAT16;
                    default -> GgufType.FLOAT32;
                };
            case BFLOAT16 -> GgufType.BFLOAT16;
            case INT8, INT4, NF4 -> GgufType.FLOAT32;
        };
    }

    private GgufMetadata metadata(LlamaArchitecture architecture, List<MatrixExport> matrices) {
        GgufMetadata metadata = new GgufMetadata();
        architecture.put(metadata);
        metadata.number("general.file_type", most(matrices).fileType());
        metadata.number("general.quantization_version", QUANTIZATION_VERSION);
        Optional<Path> text = model.tokenizer().filter(some -> tokenizer);
        if (text.isPresent()) {
            VocabularyMetadata.put(metadata, text.get(), model.transformer().vocabulary());
        } else {
            VocabularyMetadata.putNone(metadata);
        }
        return metadata;
    }

    /** The type of most weights. */
    private static GgufType most(List<MatrixExport> matrices) {
        Map<GgufType, Long> weights = new EnumMap<>(GgufType.class);
        for (MatrixExport matrix : matrices) {
            GgufTensor tensor = matrix.tensor();
            weights.merge(tensor.type(), (long) tensor.rows() * tensor.columns(), Long::sum);
        }
        return weights.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(GgufType.FLOAT32);
    }

    private static ByteBuffer floats(String name, float[] values, RowOrder order) {
        float[] ordered = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            ordered[i] = values[order.channel(i)];
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, values.length))
                .order(ByteOrder.LITTLE_ENDIAN);
        new RowEncoder(name, GgufType.FLOAT32).put(ordered, 0, ordered.length, bytes);
        return bytes.flip();
    }

    private GgufResult result(long bytes, List<MatrixExport> matrices, int context, boolean withText) {
        Map<GgufType, Integer> types = new EnumMap<>(GgufType.class);
        List<String> kept = new ArrayList<>();
        List<String> unpacked = new ArrayList<>();
        List<String> rounded = new ArrayList<>();
        List<String> again = new ArrayList<>();
        for (MatrixExport matrix : matrices) {
            types.merge(matrix.tensor().type(), 1, Integer::sum);
            String name = matrix.matrix().name();
            if (matrix.kept()) {
                kept.add(name);
            }
            if (matrix.unpacked()) {
                unpacked.add(name);
            }
            if (rounds(matrix)) {
                (matrix.matrix().precision().quantized() ? again : rounded).add(name);
            }
        }
        return new GgufResult(bytes, types, kept, unpacked, rounded, again, context, withText);
    }

    /** Whether the numbers of a matrix are not exactly those that were stored. The scales of kept codes do not count. */
    private boolean rounds(MatrixExport matrix) {
        return switch (matrix.tensor().type()) {
            case FLOAT32 -> false;
            case FLOAT16, BFLOAT16 ->
                matrix.tensor().type() != stored(matrix.matrix().precision());
            case Q4_0, Q8_0 -> !matrix.kept();
        };
    }
}
