package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.runtime.classify.ClassifierSettings;
import dev.lancet.runtime.classify.TrainedClassifierPart;
import dev.lancet.runtime.tune.FineTuning;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** The options that choose which weights a fine-tuning trains. */
public final class TuningOptions {

    private static final int USUAL_RANK = 8;

    @Option(
            names = "--adapter",
            paramLabel = "lora|full",
            defaultValue = "lora",
            description = "lora (the default) adds an adapter of two narrow matrices to each layer, and trains only"
                    + " the adapters. full trains all weights that are stored in float32.")
    private String kind = "";

    @Option(names = "--rank", paramLabel = "N", description = "Rank of the adapters (default: 8).")
    private Optional<Integer> rank = Optional.empty();

    @Option(
            names = "--alpha",
            paramLabel = "X",
            description =
                    "Strength of the adapters: their product is multiplied by X / rank (default: twice the rank).")
    private Optional<Double> alpha = Optional.empty();

    @Option(
            names = "--stabilised",
            description = "Multiply by X / sqrt(rank) instead, which suits large ranks (rsLoRA).")
    private boolean stabilised;

    @Option(
            names = "--dora",
            description = "Also train the length of each column of the adapted matrices, separately from their"
                    + " directions (DoRA).")
    private boolean dora;

    @Option(
            names = "--pissa",
            description = "Begin the adapters with the largest singular values of their matrices, which the frozen"
                    + " matrices then lack (PiSSA). With --bits the rest is what is rounded (QPiSSA).")
    private boolean pissa;

    @Option(
            names = "--dropout",
            paramLabel = "X",
            description = "The share of an adapter's inputs that each training step sets to 0 (default: 0).")
    private Optional<Double> dropout = Optional.empty();

    @Option(
            names = "--train",
            paramLabel = "NAME",
            description = "Weights to train themselves beside the adapters, in float32: head, embedding, norms, biases,"
                    + " or a glob of matrices such as 'h.0.attn.*'. Repeatable (default: none). With --task classify one of"
                    + " head, adapters (the default: the head, and adapters that are merged) and all.")
    private List<String> whole = List.of();

    @Option(
            names = "--on",
            paramLabel = "GLOB",
            description = "The layers that get an adapter, for example 'h.*.attn.*'. Repeatable (default: attention and"
                    + " feed-forward of all blocks, not the head).")
    private List<String> globs = List.of();

    /** Whether all weights are trained, without an adapter. */
    public boolean full(LancetCommand command) {
        return switch (kind) {
            case "lora" -> false;
            case "full" -> true;
            default -> throw command.wrongUsage("--adapter: " + kind + "; choose lora or full");
        };
    }

    /** The fine-tuning that the options describe, with the linear layers in this precision. */
    public FineTuning tuning(LancetCommand command, Precision bits) {
        if (full(command)) {
            refuse(
                    command,
                    "--adapter full trains all weights, without adapters; leave the option out, or"
                            + " choose --adapter lora");
            if (bits.quantized()) {
                throw command.wrongUsage("--bits: " + bits + " freezes the layers, so --adapter full cannot"
                        + " train them; choose --adapter lora, or quantize afterwards"
                        + " with lancet compress");
            }
            return FineTuning.full();
        }
        try {
            Adapter.Lora lora = lora();
            Selector layers = layers().orElseGet(FineTuning::usual);
            lora = dora ? lora.dora() : lora;
            lora = pissa ? lora.pissa() : lora;
            FineTuning tuning =
                    FineTuning.with(lora.dropout(dropout.orElse(0.0)), layers).over(bits);
            return whole.stream()
                    .map(TuningOptions::selector)
                    .reduce(Selector::or)
                    .map(tuning::training)
                    .orElse(tuning);
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage(String.valueOf(e.getMessage()));
        }
    }

    private Adapter.Lora lora() {
        Adapter.Lora lora = Adapter.lora(rank.orElse(USUAL_RANK));
        lora = alpha.isPresent() ? lora.alpha(alpha.get()) : lora;
        return stabilised ? lora.stabilised() : lora;
    }

    private Optional<Selector> layers() {
        return globs.stream().map(Selector::named).reduce(Selector::or);
    }

    /** The settings of a classifier, with these weights trained. */
    public ClassifierSettings classifier(LancetCommand command, ClassifierOptions given, OptionalInt sequence) {
        TrainedClassifierPart part = part(command);
        String kept = dora ? "--dora" : pissa ? "--pissa" : dropout.isPresent() ? "--dropout" : "";
        if (!kept.isEmpty()) {
            throw command.wrongUsage(
                    kept + ": the adapters of a classifier are plain ones; leave it out with --task classify");
        }
        if (part != TrainedClassifierPart.ADAPTERS
                && (rank.isPresent() || alpha.isPresent() || stabilised || !globs.isEmpty())) {
            throw command.wrongUsage("--rank, --alpha, --stabilised and --on describe adapters, which --train "
                    + whole.get(0) + " does not have; leave them out, or choose --train adapters");
        }
        try {
            return new ClassifierSettings(given.tokenizer(), given.output(), sequence, part, lora(), layers());
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage(String.valueOf(e.getMessage()));
        }
    }

    private TrainedClassifierPart part(LancetCommand command) {
        if (full(command)) {
            throw command.wrongUsage("--adapter: full; with --task classify write --train all");
        }
        if (whole.size() > 1) {
            throw command.wrongUsage("--train: " + whole + "; with --task classify give only one");
        }
        String name = whole.isEmpty() ? "adapters" : whole.get(0);
        return switch (name) {
            case "head" -> TrainedClassifierPart.HEAD;
            case "adapters" -> TrainedClassifierPart.ADAPTERS;
            case "all" -> TrainedClassifierPart.ALL;
            default ->
                throw command.wrongUsage("--train: " + name + "; with --task classify choose head, adapters or all");
        };
    }

    private static Selector selector(String name) {
        return switch (name) {
            case "head" -> Selector.head();
            case "embedding" -> Selector.embedding();
            case "norms" -> Selector.norms();
            case "biases" -> Selector.biases();
            default -> Selector.named(name);
        };
    }

    /** Fails if an option describes adapters although the model already has some, which keep their form. */
    public void mustBeUnsaid(LancetCommand command, String model) {
        refuse(
                command,
                model + " already has adapters, and their training continues unchanged; leave the"
                        + " option out, or merge them first");
    }

    private void refuse(LancetCommand command, String reason) {
        Map<String, String> said = new LinkedHashMap<>();
        rank.ifPresent(value -> said.put("--rank", value.toString()));
        alpha.ifPresent(value -> said.put("--alpha", value.toString()));
        if (stabilised) {
            said.put("--stabilised", "true");
        }
        if (dora) {
            said.put("--dora", "true");
        }
        if (pissa) {
            said.put("--pissa", "true");
        }
        dropout.ifPresent(value -> said.put("--dropout", value.toString()));
        whole.forEach(name -> said.putIfAbsent("--train", name));
        globs.forEach(glob -> said.putIfAbsent("--on", glob));
        said.forEach((option, value) -> {
            throw command.wrongUsage(option + ": " + value + "; " + reason);
        });
    }
}
