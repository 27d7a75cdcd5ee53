package dev.lancet.runtime;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Task;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.Progress;
import dev.lancet.runtime.decode.ContinuationDecoder;
import dev.lancet.runtime.decode.Decoder;
import dev.lancet.runtime.decode.TensorFlowTaskEngine;
import dev.lancet.runtime.decode.WindowLikelihood;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.engine.Sessions;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.generate.PromptLimits;
import dev.lancet.runtime.memory.AllocatorPeak;
import dev.lancet.runtime.memory.NativeMemory;
import dev.lancet.runtime.task.TaskEngine;
import dev.lancet.runtime.task.TaskEvaluation;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import org.tensorflow.types.TInt32;

/** What a model computes from token ids: logits, a perplexity, the next tokens. */
final class Inference implements AutoCloseable {

    private final Transformer transformer;
    private final Sessions sessions;
    private Weights weights;
    private int changes;

    Inference(Transformer transformer, Plan plan, Weights weights) {
        this.transformer = transformer;
        this.weights = weights;
        sessions = new Sessions(transformer, plan);
    }

    /** Computes on this device from now on. */
    void on(Device device) {
        changes++;
        sessions.on(device);
    }

    /** Computes with these weights from now on. */
    void use(Weights others) {
        changes++;
        sessions.close();
        weights = others;
    }

    /** Computes with these weights from now on, of which only some arrays differ from those before. */
    void replace(Collection<String> names, Weights others) {
        changes++;
        weights = others;
        sessions.replace(names, others);
    }

    Perplexity perplexity(int[] ids, int window, Progress progress) {
        limits().checkWindows(ids, window);
        WindowLikelihood scoring = new WindowLikelihood(sessions.scoring(weights));
        return Perplexity.of(ids, window, WindowLikelihood.batch(window), scoring::negativeLogLikelihood, progress);
    }

    float[] logits(int[][] ids) {
        for (int[] row : ids) {
            TokenIdChecks.check(row, transformer.vocabulary(), "input");
        }
        try (TInt32 in = TensorTransfer.matrix(ids);
                var result = sessions.scoring(weights)
                        .runner()
                        .feed("ids", in)
                        .fetch("logits")
                        .run()) {
            return TensorTransfer.floats(result.get(0));
        }
    }

    /** A session with the present weights that has read nothing yet; the caller closes it. */
    Decoder openSession() {
        return new Decoder(sessions.decoding(weights), transformer, 1);
    }

    /** The same, which gives the logits after every token. */
    ContinuationDecoder openScoringSession() {
        return new ContinuationDecoder(sessions.continuing(weights), transformer);
    }

    /** What the model can read. */
    PromptLimits limits() {
        return new PromptLimits(transformer.name(), transformer.vocabulary(), transformer.context());
    }

    /** How often weights or device changed: keys and values from before a change are of no use. */
    int changes() {
        return changes;
    }

    TaskResult task(Task task, Tokenizer tokenizer, Progress progress) {
        TaskEngine engine = new TensorFlowTaskEngine(
                transformer, tokenizer, () -> sessions.continuing(weights), () -> sessions.decoding(weights));
        return new TaskEvaluation(engine, tokenizer, progress).measure(task);
    }

    Optional<AllocatorPeak> memory(int[] ids) {
        limits().check(ids);
        int last = ids.length - 1;
        try (Decoder decoder = openSession()) {
            if (last > 0) {
                decoder.read(Arrays.copyOf(ids, last));
            }
            return decoder.traced(ids[last]);
        }
    }

    @Override
    public void close() {
        sessions.close();
        NativeMemory.trim();
    }
}
