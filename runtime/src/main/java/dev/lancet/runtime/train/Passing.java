package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.engine.Bfloat16;
import dev.lancet.surgery.pass.Pass;
import dev.lancet.surgery.pass.Passes;
import java.util.Optional;
import java.util.Set;

/**
 * Which passes the graph of a training gets on this machine.
 *
 * @param passes by name, and into how many streams the batch is cut
 * @param bfloat16 how fast the machine is at it, measured if the training asks for it
 */
public record Passing(Passes passes, Optional<Bfloat16> bfloat16) {

    /** All passes that suit the training and the machine, without some. */
    public static Passing here(Training training, Set<Pass> without) {
        Optional<Bfloat16> measured = training.execution().arithmetic() == Arithmetic.FLOAT32
                ? Optional.empty()
                : Optional.of(Bfloat16.here());
        boolean mixed = training.execution().arithmetic() == Arithmetic.BFLOAT16
                || measured.filter(Bfloat16::worth).isPresent();
        int processors = Runtime.getRuntime().availableProcessors();
        Passes fast = Passes.of(training.batch(), processors, mixed, without);
        return new Passing(training.execution().checkpointing() ? fast.and(Pass.RECOMPUTATION) : fast, measured);
    }

    /** Whether products are in bfloat16. */
    public boolean mixed() {
        return passes.does(Pass.MIXED_PRECISION);
    }

    /** In which numbers it trains, and what was measured; nothing for a training that leaves no choice. */
    String remark() {
        return bfloat16.map(measured -> " in " + (mixed() ? "bfloat16" : "float32") + " (" + measured + ")")
                .orElse("");
    }
}
