package dev.lancet.runtime.checkpoint.peft;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.checkpoint.family.ArchitectureFamilies;
import dev.lancet.runtime.checkpoint.family.ArchitectureFamily;
import dev.lancet.runtime.checkpoint.family.TensorMapping;
import java.util.Optional;

/** PEFT's names for the adapters of a transformer. */
final class PeftNames {

    /** What PEFT puts before the name of every module. */
    static final String ROOT = "base_model.model.";

    private static final String WEIGHT = ".weight";

    private final Transformer transformer;
    private final ArchitectureFamily family;

    private PeftNames(Transformer transformer, ArchitectureFamily family) {
        this.transformer = transformer;
        this.family = family;
    }

    /**
     * The place of a matrix's adapter in PEFT's files.
     *
     * @param module the layer, for example {@code model.layers.0.self_attn.q_proj}
     * @param outputs the number of outputs of the layer
     * @param mapping where the outputs of the layer are that belong to the matrix
     */
    record Place(String module, int outputs, TensorMapping mapping) {

        /** The output of the layer that an output of the matrix is. */
        int output(int column) {
            return mapping.place(column);
        }

        /** The name of the array {@code [rank, inputs]}. */
        String a() {
            return ROOT + module + ".lora_A.weight";
        }

        /** The name of the array {@code [outputs, rank]}. */
        String b() {
            return ROOT + module + ".lora_B.weight";
        }

        /** The name of the array {@code [outputs]} with the lengths of a decomposed adapter. */
        String magnitude() {
            return ROOT + module + ".lora_magnitude_vector";
        }

        /** The last part of the layer's name, for example {@code q_proj}. */
        String word() {
            return module.substring(module.lastIndexOf('.') + 1);
        }
    }

    /** @throws LancetException if the transformer matches no architecture that PEFT adapts */
    static PeftNames of(Transformer transformer) {
        return ArchitectureFamilies.of(transformer)
                .map(family -> new PeftNames(transformer, family))
                .orElseThrow(
                        () -> new LancetException("adapter: " + transformer.name() + " matches no known Hugging Face"
                                + " architecture (" + ArchitectureFamilies.known()
                                + "), so PEFT has no names for its layers; keep the"
                                + " adapter in a Lancet"
                                + " model folder"));
    }

    /** The {@code model_type} of the architecture in config.json. */
    String modelType() {
        return String.valueOf(family.write(transformer).orElseThrow().get("model_type"));
    }

    /** Where a file of PEFT has a weight that is trained itself. */
    TensorMapping whole(Weight weight) {
        TensorMapping mapping = family.slot(transformer, weight);
        boolean head = family.outside(mapping.tensor());
        return mapping.named(ROOT + (head ? "" : family.prefix()) + mapping.tensor());
    }

    /** The place of a matrix's adapter; embedding tables have none. */
    Optional<Place> of(Weight weight) {
        if (!weight.role().linear()) {
            return Optional.empty();
        }
        TensorMapping mapping = family.slot(transformer, weight);
        boolean head = family.outside(mapping.tensor());
        String module = mapping.tensor().substring(0, mapping.tensor().length() - WEIGHT.length());
        int outputs = mapping.transposed() ? mapping.shape().get(0) : mapping.arrayColumns();
        return Optional.of(new Place(head ? module : family.prefix() + module, outputs, mapping));
    }
}
