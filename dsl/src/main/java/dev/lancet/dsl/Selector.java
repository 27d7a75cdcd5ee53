package dev.lancet.dsl;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Selects the weights that a rule applies to. Most selectors select only matrices. Vectors, which only a training
 * changes, are selected only by their roles: {@link #norms()} and {@link #biases()}.
 */
public sealed interface Selector {

    /** The roles of linear layers. */
    Set<Role> LINEAR = Arrays.stream(Role.values()).filter(Role::linear).collect(Collectors.toUnmodifiableSet());

    /** Whether this selects the weight. */
    boolean selects(Weight weight);

    /** Every matrix, including the embedding tables. */
    record Everything() implements Selector {
        @Override
        public boolean selects(Weight weight) {
            return weight.role().matrix();
        }

        @Override
        public String toString() {
            return "everything()";
        }
    }

    /** Every weight of the given roles. */
    record Roles(Set<Role> roles) implements Selector {

        public Roles {
            Check.that(!roles.isEmpty(), "roles: none given; name at least one");
            roles = Collections.unmodifiableSet(EnumSet.copyOf(roles));
        }

        @Override
        public boolean selects(Weight weight) {
            return roles.contains(weight.role());
        }

        @Override
        public String toString() {
            return RoleGroup.of(roles)
                    .map(RoleGroup::word)
                    .orElseGet(() -> roles.stream().map(Role::name).collect(Collectors.joining(", ", "roles(", ")")));
        }
    }

    /** Every matrix in the blocks {@code first} to {@code last}, both included. */
    record Blocks(int first, int last) implements Selector {
        public Blocks {
            Check.that(
                    0 <= first && first <= last,
                    "blocks(%d, %d): the first block must not be after the last",
                    first,
                    last);
        }

        @Override
        public boolean selects(Weight weight) {
            return weight.role().matrix() && first <= weight.block() && weight.block() <= last;
        }

        @Override
        public String toString() {
            return "blocks(" + first + ", " + last + ")";
        }
    }

    /** Every matrix whose whole name matches the glob: {@code *} is any run of characters, {@code ?} any one. */
    record Glob(String pattern) implements Selector {
        public Glob {
            Check.that(!pattern.isBlank(), "named: the pattern is empty; give a name or a glob such as h.*.mlp.up");
        }

        @Override
        public boolean selects(Weight weight) {
            return weight.role().matrix() && GlobMatch.matches(pattern, weight.name());
        }

        @Override
        public String toString() {
            return "named(\"" + pattern + "\")";
        }
    }

    /** The weights that both select. */
    record And(Selector one, Selector other) implements Selector {
        @Override
        public boolean selects(Weight weight) {
            return one.selects(weight) && other.selects(weight);
        }

        @Override
        public String toString() {
            return one + "." + (other instanceof Blocks ? other : "and(" + other + ")");
        }
    }

    /** The weights that at least one selects. */
    record Or(Selector one, Selector other) implements Selector {
        @Override
        public boolean selects(Weight weight) {
            return one.selects(weight) || other.selects(weight);
        }

        @Override
        public String toString() {
            return one + ".or(" + other + ")";
        }
    }

    /** The weights that the first selects and the second does not. */
    record Except(Selector one, Selector other) implements Selector {
        @Override
        public boolean selects(Weight weight) {
            return one.selects(weight) && !other.selects(weight);
        }

        @Override
        public String toString() {
            return one + ".except(" + other + ")";
        }
    }

    /** The matrices that a user's predicate accepts. Plans and reports show the description in its place. */
    record Matching(String description, Predicate<Weight> predicate) implements Selector {
        @Override
        public boolean selects(Weight weight) {
            try {
                return weight.role().matrix() && predicate.test(weight);
            } catch (RuntimeException failure) {
                String what = this + " fails at " + weight.name() + ": " + failure;
                throw new LancetException("selector: " + what + "; correct its predicate", failure);
            }
        }

        @Override
        public String toString() {
            return "matching(\"" + description + "\")";
        }
    }

    /** The selected weights in the blocks {@code first} to {@code last}, both included. */
    default Selector blocks(int first, int last) {
        return new And(this, new Blocks(first, last));
    }

    /** The weights that the other selects too. */
    default Selector and(Selector other) {
        return new And(this, other);
    }

    /** These weights and those that the other selects. */
    default Selector or(Selector other) {
        return new Or(this, other);
    }

    /** These weights without those that the other selects. */
    default Selector except(Selector other) {
        return new Except(this, other);
    }

    /** Every matrix of the model, including the embedding tables. */
    static Selector everything() {
        return new Everything();
    }

    /** Every linear layer: all matrices except the embedding tables. */
    static Selector linears() {
        return RoleGroup.LINEARS.selector();
    }

    /** The four projections of attention. */
    static Selector attention() {
        return RoleGroup.ATTENTION.selector();
    }

    /** The query projections of attention. */
    static Selector queries() {
        return RoleGroup.QUERIES.selector();
    }

    /** The key projections of attention. */
    static Selector keys() {
        return RoleGroup.KEYS.selector();
    }

    /** The value projections of attention. */
    static Selector values() {
        return RoleGroup.VALUES.selector();
    }

    /** The output projections of attention, back to the residual stream. */
    static Selector outputs() {
        return RoleGroup.OUTPUTS.selector();
    }

    /** The matrices of the feed-forward blocks. */
    static Selector feedForward() {
        return RoleGroup.FEED_FORWARD.selector();
    }

    /** The embedding tables of tokens and positions. A tied head is the token table. */
    static Selector embedding() {
        return RoleGroup.EMBEDDING.selector();
    }

    /** The untied output head. */
    static Selector head() {
        return RoleGroup.HEAD.selector();
    }

    /** The gains of normalizations. They are vectors, which only a training changes. */
    static Selector norms() {
        return RoleGroup.NORMS.selector();
    }

    /** The biases. They are vectors, which only a training changes. */
    static Selector biases() {
        return RoleGroup.BIASES.selector();
    }

    /** Weights of these roles. */
    static Selector roles(Role first, Role... more) {
        return new Roles(EnumSet.of(first, more));
    }

    /** Matrices in the blocks {@code first} to {@code last}, both included. */
    static Selector inBlocks(int first, int last) {
        return new Blocks(first, last);
    }

    /** Matrices whose name matches a glob such as {@code h.*.mlp.up}. */
    static Selector named(String glob) {
        return new Glob(glob);
    }

    /** Matrices that a predicate accepts. Plans and reports show the description in its place. */
    static Selector matching(String description, Predicate<Weight> predicate) {
        return new Matching(description, predicate);
    }
}
