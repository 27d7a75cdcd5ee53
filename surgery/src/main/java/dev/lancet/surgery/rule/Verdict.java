package dev.lancet.surgery.rule;

/** What a rule makes of a node: a cut, or a reason to leave it. */
public sealed interface Verdict permits Incision, Refusal {}
