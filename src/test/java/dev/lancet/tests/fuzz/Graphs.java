package dev.lancet.tests.fuzz;

import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Selector.everything;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.serving.ServingExport;
import dev.lancet.surgery.graph.GraphText;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.savedmodel.TensorBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.proto.SavedModel;

/** Graphs of TensorFlow, and the checkpoints beside them. */
final class Graphs {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Path MLP = FIXTURES.resolve("dense-mlp-savedmodel/saved_model");
    private static final Path KERAS = FIXTURES.resolve("keras-transformer-classifier/saved_model");
    private static final Path FROZEN = FIXTURES.resolve("keras-transformer-classifier-frozen/frozen.pb");
    private static final Path RETSIM = FIXTURES.resolve("retsim/original/v1");
    private static final Damage PROTO =
            ((Damage) Damage::blind).or(new WireDamage().or(new WireDamage())).often();

    private Graphs() {}

    static List<Sample> frozen(Path scratch) throws IOException {
        List<Sample> samples = new ArrayList<>();
        samples.add(Sample.alone(Files.readAllBytes(FROZEN), PROTO, scratch.resolve("frozen.pb"), Graphs::operate));
        for (Path folder : List.of(MLP, KERAS, RETSIM)) {
            byte[] graph = SavedModel.parseFrom(Files.readAllBytes(folder.resolve("saved_model.pb")))
                    .getMetaGraphs(0)
                    .getGraphDef()
                    .toByteArray();
            Path file = scratch.resolve("g" + samples.size() + ".pb");
            samples.add(Sample.alone(graph, PROTO, file, Graphs::cut));
            samples.add(Sample.alone(graph, new WireDamage().often(), file, Graphs::cut));
        }
        return samples;
    }

    static List<Sample> savedModels(Path scratch) throws IOException {
        return List.of(
                Sample.inFolder(MLP, "saved_model.pb", PROTO, scratch.resolve("dense"), Graphs::operate),
                Sample.inFolder(KERAS, "saved_model.pb", PROTO, scratch.resolve("keras"), Graphs::operate),
                Sample.inFolder(RETSIM, "saved_model.pb", PROTO, scratch.resolve("retsim"), Graphs::operate),
                Sample.inFolder(served(scratch), "saved_model.pb", PROTO, scratch.resolve("loop"), Graphs::operate));
    }

    /** A model for TensorFlow Serving, whose graph has a loop. */
    private static Path served(Path scratch) throws IOException {
        Path folder = Files.createDirectories(scratch).resolve("served");
        Checkpoint model = Checkpoint.open(FIXTURES.resolve("hf-llama-tiny-gqa"));
        ServingExport.of(model, Progress.silent()).write(folder);
        return folder;
    }

    static List<Sample> indices(Path scratch) throws IOException {
        Damage damage = ((Damage) Damage::blind).or(new TableDamage());
        String index = "variables/variables.index";
        return List.of(
                Sample.inFolder(MLP, index, damage, scratch.resolve("dense"), Graphs::read),
                Sample.inFolder(KERAS, index, new TableDamage(), scratch.resolve("keras"), Graphs::read),
                Sample.inFolder(RETSIM, index, new TableDamage(), scratch.resolve("retsim"), Graphs::read),
                Sample.inFolder(MLP, index, damage, scratch.resolve("model"), Graphs::operate));
    }

    private static Runnable read(Path folder) {
        TensorBundle bundle = TensorBundle.open(folder.resolve("variables/variables"));
        bundle.entries().stream().filter(entry -> !entry.sliced()).forEach(entry -> bundle.read(entry.key()));
        return () -> bundle.entries().forEach(entry -> bundle.read(entry.key()));
    }

    /** What {@code lancet inspect}, {@code plan} and {@code compress} do, up to the numbers. */
    private static Runnable operate(Path path) {
        ImportedModel model = ImportedModel.open(path);
        Runnable cut = cut(model);
        return () -> {
            cut.run();
            model.layers().forEach(layer -> model.read(layer.weight().name()));
        };
    }

    /** The same with a graph whose variables lie elsewhere. */
    private static Runnable cut(Path path) {
        return cut(ImportedModel.open(path));
    }

    private static Runnable cut(ImportedModel model) {
        Sample.print(model.layers(), model.skipped(), model.unused(), model.plan());
        return () -> {
            GraphText.of(GraphView.of(model.meta().getGraphDef()));
            Plan plan = model.plan(Compression.keepAll().on(everything()).quantize(int8()), Spectra.none());
            ImportedSurgery.operate(model, plan).graph();
        };
    }
}
