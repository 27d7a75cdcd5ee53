package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.swiglu;

import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.memory.ResidentMemory;
import java.util.ArrayList;
import java.util.List;

/** Trains two models at once, and prints the resident bytes before, with both, and after it has closed them. */
final class ReleasedMemoryChild {

    private static final int[] IDS = new int[200];

    private ReleasedMemoryChild() {}

    public static void main(String[] args) {
        // TensorFlow itself is loaded before anything is measured.
        try (Model first = trained(32)) {
            first.logits(new int[][] {{1, 2}});
        }
        long before = ResidentMemory.now();
        List<Model> models = new ArrayList<>(List.of(trained(512), trained(512)));
        models.forEach(model -> model.logits(new int[][] {{1, 2}}));
        long open = ResidentMemory.now();
        models.forEach(Model::close);
        models.clear();
        System.out.println("resident " + before + " " + open + " " + ResidentMemory.now());
    }

    private static Model trained(int width) {
        Transformer transformer = Transformer.decoder("wide")
                .vocabulary(256)
                .context(16)
                .width(width)
                .layers(4)
                .attention(heads(4))
                .feedForward(swiglu(3 * width))
                .build();
        return Model.create(transformer, 1)
                .train(IDS, new int[0], adamW(1, 1e-3).batch(1).sequence(8));
    }
}
