package dev.lancet.dsl;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Roles that go by one word in the language. */
enum RoleGroup {
    LINEARS("linears()", Selector.LINEAR),
    ATTENTION("attention()", EnumSet.of(Role.QUERY, Role.KEY, Role.VALUE, Role.OUTPUT)),
    FEED_FORWARD("feedForward()", EnumSet.of(Role.GATE, Role.UP, Role.DOWN)),
    EMBEDDING("embedding()", EnumSet.of(Role.EMBEDDING, Role.POSITION)),
    HEAD("head()", EnumSet.of(Role.HEAD)),
    NORMS("norms()", EnumSet.of(Role.NORM)),
    BIASES("biases()", EnumSet.of(Role.BIAS));

    private final String word;
    private final Set<Role> roles;

    RoleGroup(String word, Set<Role> roles) {
        this.word = word;
        this.roles = Set.copyOf(roles);
    }

    /** The group of exactly these roles, or empty. */
    static Optional<RoleGroup> of(Set<Role> roles) {
        return Arrays.stream(values()).filter(group -> group.roles.equals(roles)).findFirst();
    }

    /** As it is written in a script. */
    String word() {
        return word;
    }

    /** The weights of these roles. */
    Selector selector() {
        return new Selector.Roles(roles);
    }
}
