package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.runtime.tune.FineTuning;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say what of a model is fine-tuned. */
public final class TuningOptions {

    private static final int USUAL_RANK = 8;

    @Option(
            names = "--adapter",
            paramLabel = "lora|full",
            defaultValue = "lora",
            description = "lora, which is used if not said, trains two narrow matrices beside each layer and nothing"
                    + " else; full trains all that is stored in float32.")
    private String kind = "";

    @Option(names = "--rank", paramLabel = "N", description = "Width of the adapters; 8 if not said.")
    private Optional<Integer> rank = Optional.empty();

    @Option(
            names = "--alpha",
            paramLabel = "X",
            description =
                    "Strength of the adapters: what they add is multiplied by X / rank. Twice the rank if not said.")
    private Optional<Double> alpha = Optional.empty();

    @Option(
            names = "--stabilised",
            description = "Multiply by X over the root of the rank instead, which large ranks want (rsLoRA).")
    private boolean stabilised;

    @Option(
            names = "--on",
            paramLabel = "GLOB",
            description = "Layers that get an adapter, such as 'h.*.attn.*'. May be repeated. Without it: attention and"
                    + " feed-forward of all blocks, not the head.")
    private List<String> globs = List.of();

    /** Whether all is trained, without an adapter. */
    public boolean full(LancetCommand command) {
        return switch (kind) {
            case "lora" -> false;
            case "full" -> true;
            default -> throw command.wrongUsage("--adapter: " + kind + "; it is lora or full");
        };
    }

    /** What they say, with the linear layers in so many bits. */
    public FineTuning tuning(LancetCommand command, Precision bits) {
        if (full(command)) {
            refuse(command, "--adapter full trains all weights; leave it out, or say --adapter lora");
            if (bits.quantized()) {
                throw command.wrongUsage("--bits: " + bits + "; what is stored in fewer bits is frozen, so it goes with"
                        + " --adapter lora, or comes afterwards by lancet compress");
            }
            return FineTuning.full();
        }
        try {
            Adapter.Lora lora = Adapter.lora(rank.orElse(USUAL_RANK));
            lora = alpha.isPresent() ? lora.alpha(alpha.get()) : lora;
            Selector layers =
                    globs.stream().map(Selector::named).reduce(Selector::or).orElseGet(FineTuning::usual);
            return FineTuning.with(stabilised ? lora.stabilised() : lora, layers)
                    .over(bits);
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage(String.valueOf(e.getMessage()));
        }
    }

    /** For a model that has adapters, whose form is decided. */
    public void mustBeUnsaid(LancetCommand command, String model) {
        refuse(command, model + " has adapters, which go on as they are; leave it out, or merge them first");
    }

    private void refuse(LancetCommand command, String reason) {
        Map<String, String> said = new LinkedHashMap<>();
        rank.ifPresent(value -> said.put("--rank", value.toString()));
        alpha.ifPresent(value -> said.put("--alpha", value.toString()));
        if (stabilised) {
            said.put("--stabilised", "true");
        }
        globs.forEach(glob -> said.putIfAbsent("--on", glob));
        said.forEach((option, value) -> {
            throw command.wrongUsage(option + ": " + value + "; " + reason);
        });
    }
}
