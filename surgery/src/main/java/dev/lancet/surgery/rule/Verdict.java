package dev.lancet.surgery.rule;

/** What a rule decides for a node: a replacement, or a reason to leave it unchanged. */
public sealed interface Verdict permits Incision, Refusal {}
