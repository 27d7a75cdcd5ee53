package dev.lancet.runtime.engine;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.VariableLoading;
import dev.lancet.surgery.pass.XlaCompilation;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Stream;
import org.tensorflow.proto.GraphDef;

/** The sessions of a model. Each is opened at its first use and closed when the weights change. */
public final class Sessions implements AutoCloseable {

    private final Transformer transformer;
    private final Plan plan;
    private Device device = Device.auto();
    private Optional<Engine> scoring = Optional.empty();
    private Optional<Engine> decoding = Optional.empty();
    private Optional<Engine> continuing = Optional.empty();

    /** Starts without sessions. */
    public Sessions(Transformer transformer, Plan plan) {
        this.transformer = transformer;
        this.plan = plan;
    }

    /** Opens later sessions on this device. */
    public void on(Device wanted) {
        close();
        device = wanted;
    }

    /** The session that scores whole sequences. */
    public Engine scoring(Weights weights) {
        if (scoring.isEmpty()) {
            scoring = Optional.of(open(Blueprint.scoring(transformer), weights));
        }
        return scoring.get();
    }

    /** The session that continues a text. */
    public Engine decoding(Weights weights) {
        if (decoding.isEmpty()) {
            decoding = Optional.of(open(Blueprint.decoding(transformer), weights));
        }
        return decoding.get();
    }

    /** The session that scores continuations of a text. */
    public Engine continuing(Weights weights) {
        if (continuing.isEmpty()) {
            continuing = Optional.of(open(Blueprint.continuation(transformer), weights));
        }
        return continuing.get();
    }

    /** Replaces some arrays in the open sessions, which keep all others. */
    public void replace(Collection<String> names, Weights others) {
        Stream.of(scoring, decoding, continuing)
                .flatMap(Optional::stream)
                .forEach(
                        engine -> engine.assign(names, name -> others.read(name).bytes()));
    }

    private Engine open(GraphDef blueprint, Weights weights) {
        ResolvedDevice place = device.resolve();
        GraphDef cut = Surgeon.operate(blueprint, plan).graph();
        // On a GPU, XLA would need CUDA's compiler; TensorFlow's own kernels do not.
        Engine engine =
                Engine.literal(VariableLoading.into(place.isGpu() ? cut : XlaCompilation.unpacking(cut)), place);
        try {
            engine.load(plan, weights);
            return engine;
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    @Override
    public void close() {
        scoring.ifPresent(Engine::close);
        decoding.ifPresent(Engine::close);
        continuing.ifPresent(Engine::close);
        scoring = Optional.empty();
        decoding = Optional.empty();
        continuing = Optional.empty();
    }
}
