package dev.lancet.dsl.plan;

import dev.lancet.dsl.Role;
import java.util.List;

/** What quantised layers take while they are unpacked, one at a time; bfloat16 is multiplied with as it is. */
final class UnpackingMemory {

    private UnpackingMemory() {}

    /** Bytes of the largest layer in float32, of those that are multiplied with and stored as codes. */
    static long unpacked(List<Step> steps) {
        boolean ownHead = steps.stream().anyMatch(step -> step.weight().role() == Role.HEAD);
        return steps.stream()
                .filter(step -> multiplied(step.weight().role(), ownHead)
                        && step.precision().quantized())
                .mapToLong(step -> Float.BYTES * step.merged().parameters())
                .max()
                .orElse(0);
    }

    /** A token table is multiplied with where it is the head too. */
    private static boolean multiplied(Role role, boolean ownHead) {
        return role.linear() || (role == Role.EMBEDDING && !ownHead);
    }
}
