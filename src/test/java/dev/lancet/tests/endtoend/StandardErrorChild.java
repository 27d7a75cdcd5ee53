package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.swiglu;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.algebra.GramAlgebra;
import dev.lancet.runtime.device.RegisteredDevice;
import dev.lancet.runtime.doctor.DoctorReport;
import java.util.Map;

/** A program that uses Lancet and says on standard error how far it is: {@code KIND [TEXT]}. */
final class StandardErrorChild {

    private StandardErrorChild() {}

    public static void main(String[] args) {
        System.err.println("begun");
        switch (args[0]) {
            case "train" -> train(args[1]);
            case "algebra" -> new GramAlgebra().singularValues(Matrix.of(1, 1, new float[] {1}));
            case "devices" -> RegisteredDevice.all();
            case "doctor" -> DoctorReport.examine(Map.of());
            default -> throw new IllegalArgumentException("kind: " + args[0] + "; there is none");
        }
        System.err.println("done");
    }

    private static void train(String text) {
        Transformer tiny = Transformer.decoder("tiny")
                .vocabulary(256)
                .context(16)
                .width(16)
                .layers(1)
                .attention(heads(2))
                .feedForward(swiglu(32))
                .build();
        try (Model model = Model.create(tiny, 1)) {
            model.train(
                    corpus(text).bytes().holdOut(0.1),
                    adamW(2, 1e-3).batch(2).sequence(8).seed(3));
            System.err.println("trained");
            model.generate("rates", 3);
        }
    }
}
