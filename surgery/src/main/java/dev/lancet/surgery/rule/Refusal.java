package dev.lancet.surgery.rule;

/**
 * Why a node that a rule looks for must stay as it is.
 *
 * @param because the reason, one line that names the node
 */
public record Refusal(String because) implements Verdict {}
