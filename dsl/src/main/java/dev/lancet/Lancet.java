package dev.lancet;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Budget;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.Correction;
import dev.lancet.dsl.Initialisation;
import dev.lancet.dsl.Nonlinearity;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.CalibrationText;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.GraphRows;
import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Schedule;
import dev.lancet.dsl.recipe.Task;
import dev.lancet.dsl.recipe.Training;

/**
 * All methods of the language in one class, for {@code import static dev.lancet.Lancet.*}. Scripts import them by
 * default. {@link Selectors} holds those that select weights,
 * {@link TransformerParts} those that declare a transformer.
 */
public final class Lancet extends TransformerParts {

    private Lancet() {}

    /** A given rank. */
    public static Rank.Fixed rank(int value) {
        return Rank.rank(value);
    }

    /** The largest rank whose two factors have at most this share of the matrix's parameters. */
    public static Rank ratio(double share) {
        return Rank.ratio(share);
    }

    /** The smallest rank that keeps this share of the sum of squared singular values. */
    public static Rank energy(double share) {
        return Rank.energy(share);
    }

    /** The rank that the budget of the compression chooses. */
    public static Rank.ByBudget byBudget() {
        return Rank.byBudget();
    }

    /** A limit for the bytes of a model: {@code budget("600MB")}, relative to float32: {@code budget("2.64x")}. */
    public static Budget budget(String text) {
        return Budget.parse(text);
    }

    /** A limit for the mean number of bits that a parameter takes: {@code bitsPerWeight(4.5)}; see {@link Budget.BitsPerWeight}. */
    public static Budget bitsPerWeight(double bits) {
        return new Budget.BitsPerWeight(bits);
    }

    /** {@code z · sigmoid(z)} between the two factors of a layer; only for training from fresh weights. */
    public static Nonlinearity silu() {
        return Nonlinearity.silu();
    }

    /** Fresh factors with random orthonormal directions of equal strength, which is the default. */
    public static Initialisation spectral() {
        return Initialisation.spectral();
    }

    /** Fresh factors with independent, normally distributed elements. */
    public static Initialisation normal() {
        return Initialisation.normal();
    }

    /** bfloat16: 16-bit floats with the range of float32. */
    public static Precision bfloat16() {
        return Precision.bfloat16();
    }

    /** 8-bit codes with one scale per output channel. */
    public static Precision int8() {
        return Precision.int8();
    }

    /** 4-bit codes with one scale per group of weights. */
    public static Precision.Int4 int4(int group) {
        return Precision.int4(group);
    }

    /** 4-bit NormalFloat codes with one scale per group of weights. */
    public static Precision.Nf4 nf4(int group) {
        return Precision.nf4(group);
    }

    /** Two narrow matrices of this rank that restore a part of what rounding lost, stored in int8. */
    public static Correction correction(int rank) {
        return Correction.correction(rank);
    }

    /** A low-rank adapter (LoRA) of this rank beside a frozen matrix; its alpha is twice the rank. */
    public static Adapter.Lora lora(int rank) {
        return Adapter.lora(rank);
    }

    /** An empty recipe. */
    public static Recipe recipe(String name) {
        return Recipe.recipe(name);
    }

    /** A corpus from text files and folders. */
    public static Corpus corpus(String path, String... more) {
        return Corpus.corpus(path, more);
    }

    /** The text that a compression is fitted to and measured on; 128 rows of it unless {@code .samples(n)} says more. */
    public static CalibrationText calibration(Corpus corpus) {
        return CalibrationText.calibration(corpus);
    }

    /** A task that Lancet knows, as {@code task("tfns", "valid.csv")}; see {@link Task#named}. */
    public static Task task(String name, String data) {
        return Task.named(name, data);
    }

    /** A task of one's own, with a prompt in which {@code {field}} stands for a value of the row; see {@link Task#own}. */
    public static Task task(String name, String data, String prompt) {
        return Task.own(name, data, prompt);
    }

    /** Rows for which the outputs of graphs are compared with those of the first candidate; see {@link GraphRows}. */
    public static GraphRows rows(String path) {
        return new GraphRows(path);
    }

    /** Examples for fine-tuning, prompts with their answers, from files and folders. */
    public static Instructions instructions(String path, String... more) {
        return Instructions.instructions(path, more);
    }

    /** Training with AdamW. */
    public static Training adamW(int steps, double rate) {
        return Training.adamW(steps, rate);
    }

    /** Training with Muon for linear layers and their factors, and with AdamW for all other weights. */
    public static Training muon(int steps, double rate) {
        return Training.muon(steps, rate);
    }

    /** A learning rate that falls along half a cosine. */
    public static Schedule cosine() {
        return Schedule.cosine();
    }

    /** A learning rate that falls linearly. */
    public static Schedule linear() {
        return Schedule.linear();
    }

    /** A learning rate that stays constant after the warm-up. */
    public static Schedule constant() {
        return Schedule.constant();
    }

    /** A learning rate that stays constant, then falls linearly over the last share of the steps. */
    public static Schedule wsd(double fall) {
        return Schedule.wsd(fall);
    }

    /** Fresh weights that train dense for the first steps, then in the form of the candidate's compression. */
    public static Origin denseFirst(Transformer transformer, int steps) {
        return Origin.denseFirst(transformer, steps);
    }

    /** A model on disk. */
    public static Origin checkpoint(String path) {
        return Origin.checkpoint(path);
    }

    /** The finished weights of another candidate. */
    public static Origin after(String candidate) {
        return Origin.after(candidate);
    }

    /** Truncation that keeps the matrix; the default without calibration. */
    public static CompressionMethod plain() {
        return CompressionMethod.PLAIN;
    }

    /** Truncation that keeps the layer's output on calibration data; the default with calibration. */
    public static CompressionMethod whitened() {
        return CompressionMethod.WHITENED;
    }

    /** Rounding of each weight to the nearest value; the default without calibration. */
    public static CompressionMethod nearest() {
        return CompressionMethod.NEAREST;
    }

    /** Rounding that keeps the layer's output on calibration data; the default with calibration. */
    public static CompressionMethod gptq() {
        return CompressionMethod.GPTQ;
    }
}
