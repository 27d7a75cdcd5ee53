package dev.lancet.runtime.checkpoint.peft;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.checkpoint.family.ArchitectureFamily;
import dev.lancet.runtime.checkpoint.family.TensorMapping;
import java.util.Optional;

/** What PEFT calls the adapters of a transformer. */
final class PeftNames {

    private static final String WEIGHT = ".weight";

    private final Transformer transformer;
    private final ArchitectureFamily family;

    private PeftNames(Transformer transformer, ArchitectureFamily family) {
        this.transformer = transformer;
        this.family = family;
    }

    /**
     * Where the adapter of a matrix lies.
     *
     * @param module the layer there, as {@code model.layers.0.self_attn.q_proj}
     * @param outputs how many outputs that layer has
     * @param first the first of them that is one of the matrix
     */
    record Place(String module, int outputs, int first) {

        /** The array {@code [rank, inputs]}. */
        String a() {
            return "base_model.model." + module + ".lora_A.weight";
        }

        /** The array {@code [outputs, rank]}. */
        String b() {
            return "base_model.model." + module + ".lora_B.weight";
        }

        /** The last word of the layer's name, as {@code q_proj}. */
        String word() {
            return module.substring(module.lastIndexOf('.') + 1);
        }
    }

    /** @throws LancetException if no architecture that PEFT adapts is like this transformer */
    static PeftNames of(Transformer transformer) {
        return ArchitectureFamily.ALL.stream()
                .filter(family -> family.write(transformer).isPresent())
                .findFirst()
                .map(family -> new PeftNames(transformer, family))
                .orElseThrow(() ->
                        new LancetException("adapter: no Hugging Face architecture that is known here (gpt2, llama,"
                                + " mistral, qwen2) is like " + transformer.name()
                                + ", so PEFT has no names for its layers; keep the adapter in a Lancet model folder"));
    }

    /** What config.json calls the architecture. */
    String modelType() {
        return String.valueOf(family.write(transformer).orElseThrow().get("model_type"));
    }

    /** The place of a matrix' adapter; none for a table. */
    Optional<Place> of(Weight weight) {
        if (!weight.role().linear()) {
            return Optional.empty();
        }
        TensorMapping mapping = family.slot(transformer, weight);
        boolean head = mapping.tensor().equals(ArchitectureFamily.HEAD);
        String module = mapping.tensor().substring(0, mapping.tensor().length() - WEIGHT.length());
        int outputs = mapping.transposed() ? weight.columns() : mapping.arrayColumns();
        return Optional.of(new Place(head ? module : family.prefix() + module, outputs, mapping.firstColumn()));
    }
}
