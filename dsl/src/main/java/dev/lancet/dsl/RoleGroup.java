package dev.lancet.dsl;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Roles that have one name in the language.
 *
 * @param word the name, as a script writes it
 * @param roles the roles that it stands for
 */
record RoleGroup(String word, Set<Role> roles) {

    static final RoleGroup LINEARS = new RoleGroup("linears()", Selector.LINEAR);
    static final RoleGroup ATTENTION =
            new RoleGroup("attention()", EnumSet.of(Role.QUERY, Role.KEY, Role.VALUE, Role.OUTPUT));
    static final RoleGroup QUERIES = new RoleGroup("queries()", EnumSet.of(Role.QUERY));
    static final RoleGroup KEYS = new RoleGroup("keys()", EnumSet.of(Role.KEY));
    static final RoleGroup VALUES = new RoleGroup("values()", EnumSet.of(Role.VALUE));
    static final RoleGroup OUTPUTS = new RoleGroup("outputs()", EnumSet.of(Role.OUTPUT));
    static final RoleGroup FEED_FORWARD = new RoleGroup("feedForward()", EnumSet.of(Role.GATE, Role.UP, Role.DOWN));
    static final RoleGroup EMBEDDING =
            new RoleGroup("embedding()", EnumSet.of(Role.EMBEDDING, Role.POSITION, Role.TOKEN_TYPE));
    static final RoleGroup HEAD = new RoleGroup("head()", EnumSet.of(Role.HEAD, Role.HEAD_DENSE));
    static final RoleGroup NORMS = new RoleGroup("norms()", EnumSet.of(Role.NORM));
    static final RoleGroup BIASES = new RoleGroup("biases()", EnumSet.of(Role.BIAS));

    private static final List<RoleGroup> ALL =
            List.of(LINEARS, ATTENTION, QUERIES, KEYS, VALUES, OUTPUTS, FEED_FORWARD, EMBEDDING, HEAD, NORMS, BIASES);

    RoleGroup {
        roles = Set.copyOf(roles);
    }

    /** The group of exactly these roles, or empty. */
    static Optional<RoleGroup> of(Set<Role> roles) {
        return ALL.stream().filter(group -> group.roles.equals(roles)).findFirst();
    }

    /** The weights of these roles. */
    Selector selector() {
        return new Selector.Roles(roles);
    }
}
