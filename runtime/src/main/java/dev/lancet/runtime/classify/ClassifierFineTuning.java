package dev.lancet.runtime.classify;

import dev.lancet.compression.random.Normals;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.FullyTrainedWeights;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.io.Progress;
import dev.lancet.runtime.GraphModel;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.signature.SignatureTokenizer;
import dev.lancet.runtime.signature.TextSignatureInputs;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.surgery.imported.ClassifierHead;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.Objective;
import dev.lancet.surgery.imported.ScoringLayer;
import dev.lancet.surgery.imported.Signatures;
import dev.lancet.surgery.imported.discovery.Layer;
import dev.lancet.surgery.imported.discovery.WeightUse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Trains a SavedModel that encodes texts to classify them. Its signature gains the output {@link
 * ClassifierHead#PROBABILITIES}; a new dense layer computes it from features, unless the chosen output has a score for every
 * class already. Adapters are merged after the training.
 */
public final class ClassifierFineTuning {

    /** The most tokens of a text if neither the signature nor the user says it. */
    private static final int LONGEST = 512;

    /** A fresh head learns from nothing, and needs larger steps than weights that are trained already. */
    private static final double HEAD_RATE = 20;

    private final ImportedModel source;
    private final ClassifierSettings settings;
    private final Path tokenizer;
    private final Device device;
    private final Progress progress;

    /**
     * Opens the model.
     *
     * @param model a SavedModel folder
     * @throws LancetException if it is none, or has no tokenizer
     */
    public ClassifierFineTuning(Path model, ClassifierSettings settings, Device device, Progress progress) {
        source = ImportedModel.open(model);
        if (source.frozen()) {
            throw new LancetException(model + ": is a frozen graph, which has no signature; give a SavedModel folder");
        }
        this.settings = settings;
        this.device = device;
        this.progress = progress;
        tokenizer = SignatureTokenizer.file(model, settings.tokenizer());
    }

    /**
     * A trained classifier.
     *
     * @param model the model with merged adapters
     * @param files the classes, and how the model takes texts
     * @param tokenizer the tokenizer's file
     * @param trained what was trained
     */
    public record Outcome(GraphModel model, ClassifierMetadata files, Path tokenizer, Trained trained) {

        /**
         * Saves the classifier as a SavedModel folder with its tokenizer and {@code labels.json} in {@code assets.extra}.
         *
         * @throws LancetException if the path exists or cannot be written
         */
        public void save(Path out) {
            model.save(out, files.toWrite(tokenizer));
        }
    }

    /**
     * What a training did.
     *
     * @param output the output on which the classifier stands
     * @param head the weights of the layer that scores the classes; empty if all weights were trained
     * @param parameters the number of trained parameters
     * @param cut the number of texts to train on that lost their end
     * @param log loss and validation loss of the steps
     * @param validation the result on the held-out texts, if there were any
     */
    public record Trained(
            String output,
            List<String> head,
            long parameters,
            int cut,
            TrainingLog log,
            Optional<TaskResult> validation) {}

    /**
     * Trains.
     *
     * @param texts the texts to train on, of at least two classes
     * @param heldOut the texts to validate on; none for no validation
     * @param training the settings of the training, without a sequence length
     * @param checkpoints where metrics and states are kept
     * @throws LancetException if the model cannot classify texts, if a held-out text has another class, or if a loss is not
     *     a number
     */
    public Outcome train(LabelledTexts texts, LabelledTexts heldOut, Training training, CheckpointPolicy checkpoints) {
        ClassLabels names = ClassLabels.of(texts);
        heldOut.rows().forEach(names::of);
        String signature = Signatures.serving(source.meta(), source.path().toString());
        TextSignatureInputs inputs = TextSignatureInputs.of(
                source.meta().getSignatureDefOrThrow(signature), source.path().toString());
        ClassifierOutput output = ClassifierOutput.choose(
                source.meta(),
                signature,
                settings.output(),
                names.count(),
                inputs.mask().isPresent());
        ImportedModel graph = extended(output, inputs, names.count(), training.seed());
        Objective objective =
                Objective.crossEntropy(ClassifierHead.PROBABILITIES).in(signature);
        List<String> head = settings.part() == TrainedClassifierPart.ALL && output.scores()
                ? List.of()
                : ScoringLayer.of(graph, objective);
        GraphModel model = GraphModel.of(graph).on(device).progress(progress).compress(plan(graph, head));
        ClassifierMetadata files =
                new ClassifierMetadata(names, signature, ClassifierHead.PROBABILITIES, sequence(inputs));
        TextClassifier encoding = TextClassifier.of(model, graph, files, tokenizer, progress);
        LabelledTextTokenizer.Encoded encoded = encoding.encode(texts);
        Examples validation = heldOut.count() == 0
                ? Examples.none()
                : encoding.encode(heldOut).examples();
        boolean fresh = !output.scores() && settings.part() != TrainedClassifierPart.HEAD;
        Training faster = fresh
                ? training.rateTimes(
                        Selector.matching("the new head", weight -> head.contains(weight.name())), HEAD_RATE)
                : training;
        model.train(encoded.examples(), validation, objective, faster, checkpoints);
        long parameters = Trainer.parameters(model.plan());
        TrainingLog log = model.log().orElseThrow();
        GraphModel merged = model.plan().adapted() ? model.compress(model.plan().merged()) : model;
        Optional<TaskResult> measured = heldOut.count() == 0
                ? Optional.empty()
                : Optional.of(TextClassifier.of(merged, graph, files, tokenizer, progress)
                        .measure(heldOut, training.seed()));
        return new Outcome(
                merged,
                files,
                tokenizer,
                new Trained(output.output().output(), head, parameters, encoded.cut(), log, measured));
    }

    /** The model with an output for the probabilities. */
    private ImportedModel extended(ClassifierOutput output, TextSignatureInputs inputs, int classes, long seed) {
        if (!output.scores()) {
            ArraySpec weight =
                    new ArraySpec(ClassifierHead.WEIGHT, ArraySpec.Type.FLOAT32, List.of(output.width(), classes));
            float[] values =
                    new Normals(seed, weight.name()).floats(output.width() * classes, 1 / Math.sqrt(output.width()));
            return source.with(
                    ClassifierHead.on(source.meta(), output.output(), inputs.mask(), HostTensor.of(weight, values)));
        }
        return output.output().output().equals(ClassifierHead.PROBABILITIES)
                ? source
                : source.with(ClassifierHead.of(source.meta(), output.output()));
    }

    private int sequence(TextSignatureInputs inputs) {
        int most = inputs.positions().orElse(LONGEST);
        int wanted = settings.sequence().orElse(most);
        if (inputs.positions().isPresent() && wanted > most) {
            throw new LancetException("sequence: " + wanted + " tokens, but the signature of " + source.path()
                    + " takes " + most + "; use at most that");
        }
        return wanted;
    }

    /** The plan that says which weights are trained. */
    private Plan plan(ImportedModel graph, List<String> head) {
        Plan plan = graph.plan();
        return switch (settings.part()) {
            case ALL -> plan;
            case HEAD -> training(plan, plan.steps(), head);
            case ADAPTERS -> {
                Set<String> adapted = adapted(graph, head);
                yield training(
                        plan,
                        plan.steps().stream()
                                .map(step -> adapted.contains(step.weight().name())
                                        ? step.adapted(settings.adapter(), "an adapter is trained beside it")
                                        : step)
                                .toList(),
                        head);
            }
        };
    }

    private static Plan training(Plan plan, List<Step> steps, List<String> head) {
        return new Plan(plan.model(), steps, plan.vectors(), Optional.of(new FullyTrainedWeights(head)));
    }

    /** The layers that get an adapter: all that are multiplied as {@code x · W}, without the head. */
    private Set<String> adapted(ImportedModel graph, List<String> head) {
        Set<String> possible = graph.layers().stream()
                .filter(layer ->
                        layer.treatable() && !head.contains(layer.weight().name()))
                .filter(layer -> layer.uses().stream().allMatch(use -> use.kind() == WeightUse.Kind.PRODUCT))
                .map(Layer::weight)
                .filter(weight -> settings.layers().stream().allMatch(wanted -> wanted.selects(weight)))
                .map(weight -> weight.name())
                .collect(Collectors.toSet());
        if (possible.isEmpty()) {
            throw new LancetException(
                    "adapters: " + settings.layers().map(Object::toString).orElse("linears()")
                            + " selects no layer of " + source.path()
                            + " that can have one; lancet inspect lists the layers, and"
                            + " --train head or --train all need none");
        }
        return possible;
    }
}
