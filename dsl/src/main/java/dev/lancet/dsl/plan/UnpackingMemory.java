package dev.lancet.dsl.plan;

import dev.lancet.dsl.Role;
import java.util.List;

/** The memory for unpacking quantized layers one at a time. bfloat16 layers are multiplied without unpacking. */
final class UnpackingMemory {

    private UnpackingMemory() {}

    /** Bytes in float32 of the largest matrix that is stored as codes and used in a product. */
    static long unpacked(List<Step> steps) {
        boolean ownHead = steps.stream().anyMatch(step -> step.weight().role() == Role.HEAD);
        return steps.stream()
                .filter(step -> multiplied(step.weight().role(), ownHead)
                        && step.precision().quantized())
                .mapToLong(step -> Float.BYTES * codes(step))
                .max()
                .orElse(0);
    }

    private static long codes(Step step) {
        return step.matrices().stream()
                .filter(matrix -> matrix.precision().quantized())
                .mapToLong(matrix -> (long) matrix.rows() * matrix.columns())
                .sum();
    }

    /** Whether the matrix is used in a product. A token table is, if it also serves as the head. */
    private static boolean multiplied(Role role, boolean ownHead) {
        return role.linear() || (role == Role.EMBEDDING && !ownHead);
    }
}
