package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.embedding;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.instructions;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.muon;
import static dev.lancet.Lancet.norms;
import static dev.lancet.Lancet.rank;
import static dev.lancet.Lancet.swiglu;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.DenseFirstTraining;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.text.instruction.InstructionText;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import java.nio.file.Path;
import java.util.Optional;

/** A training in a process of its own, which may be killed: {@code KIND TEXT FOLDER}. It goes on where it was. */
final class TrainingChild {

    private static final Compression NARROW =
            Compression.keepAll().on(linears()).factorise(rank(8));

    private TrainingChild() {}

    private static Transformer model(int vocabulary) {
        return Transformer.decoder("tiny")
                .vocabulary(vocabulary)
                .context(32)
                .width(32)
                .layers(2)
                .attention(heads(4))
                .feedForward(swiglu(64))
                .build();
    }

    public static void main(String[] args) {
        Corpus text = corpus(args[1]).bytes().holdOut(0.1);
        Path folder = Path.of(args[2]);
        CheckpointPolicy checkpoints = CheckpointPolicy.takeUp(folder);
        Training adam = adamW(60, 3e-3).batch(4).sequence(16).validateEvery(10).seed(3);
        switch (args[0]) {
            // A state after each step, so that most of the time goes into writing states.
            case "dense" -> save(Model.create(model(256), 1).train(text, adam, checkpoints.every(1)), folder);
            case "everything" ->
                save(
                        Model.create(model(300), NARROW, 1)
                                .train(
                                        corpus(args[1]).bpe(300).holdOut(0.1),
                                        muon(40, 0.02)
                                                .batch(2)
                                                .accumulate(3)
                                                .sequence(16)
                                                .validateEvery(5)
                                                .stopEarly(3)
                                                .seed(3),
                                        checkpoints.every(7)),
                        folder);
            case "adapters" -> {
                Model base = Model.create(model(256), 1);
                Compression kinds = Compression.keepAll()
                        .on(linears())
                        .quantize(int4(32), lora(40).dora().dropout(0.3))
                        .on(embedding(), norms())
                        .train();
                save(base.compress(kinds).train(text, adam.eightBitMoments(), checkpoints.every(3)), folder);
            }
            case "self-guided" ->
                save(
                        Model.create(model(256), NARROW, 1)
                                .train(
                                        text,
                                        muon(40, 0.02)
                                                .batch(4)
                                                .sequence(16)
                                                .seed(3)
                                                .selfGuided(0.5),
                                        checkpoints.every(6)),
                        folder);
            case "examples" -> {
                Model base = Model.create(model(256), 1).tokenizer(Tokenizer.bytes());
                Model adapted = base.adapt(linears(), lora(4));
                Instructions examples =
                        instructions(args[1] + ".csv").template("{question}?").label("answer");
                InstructionText read = adapted.examples(examples.packed().holdOut(0.1), adam);
                save(adapted.train(read, adam.accumulate(2), Optional.of(checkpoints.every(7))), folder);
            }
            case "dense first" -> {
                try (Model dense = Model.create(model(256), 1)) {
                    save(
                            new DenseFirstTraining(text, adam, 25, NARROW)
                                    .train(dense, Optional.of(checkpoints.every(6))),
                            folder);
                }
            }
            default -> throw new IllegalArgumentException("kind: " + args[0] + "; there is none");
        }
    }

    private static void save(Model model, Path folder) {
        try (model) {
            model.save(folder.resolve("model"));
        }
    }
}
