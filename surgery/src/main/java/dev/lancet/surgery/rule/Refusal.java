package dev.lancet.surgery.rule;

/**
 * The reason why a node that matches a rule's pattern must stay unchanged.
 *
 * @param because the reason, one line that names the node
 */
public record Refusal(String because) implements Verdict {}
