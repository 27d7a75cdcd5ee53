package dev.lancet.dsl.recipe;

/**
 * A candidate to save as a Lancet model folder.
 *
 * @param candidate its name
 * @param path the folder
 */
public record Export(String candidate, String path) {}
