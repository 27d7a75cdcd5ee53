package dev.lancet.runtime.json;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Head;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Evaluation;
import dev.lancet.dsl.recipe.GraphRows;
import dev.lancet.dsl.recipe.Optimizer;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Task;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The values of {@code kind}. They are the names of the language itself. */
final class KindNames {

    static final String KEY = "kind";

    private static final Map<Class<?>, Map<String, Class<?>>> VALUES = Map.of(
            Adapter.class,
            Map.of("lora", Adapter.Lora.class),
            Precision.class,
            Map.of(
                    "float32", Precision.Float32.class,
                    "bfloat16", Precision.Bfloat16.class,
                    "int8", Precision.Int8.class,
                    "int4", Precision.Int4.class,
                    "nf4", Precision.Nf4.class),
            Rank.class,
            Map.of(
                    "rank", Rank.Fixed.class,
                    "ratio", Rank.Ratio.class,
                    "energy", Rank.Energy.class,
                    "byBudget", Rank.ByBudget.class),
            Budget.class,
            Map.of(
                    "bytes", Budget.Bytes.class,
                    "times", Budget.Times.class,
                    "bitsPerWeight", Budget.BitsPerWeight.class),
            Position.class,
            Map.of(
                    "learned", Position.Learned.class,
                    "rotary", Position.Rotary.class,
                    "none", Position.None.class),
            Position.Scaling.class,
            Map.of(
                    "unscaled", Position.Unscaled.class,
                    "linear", Position.Linear.class,
                    "llama3", Position.Llama3.class),
            Selector.class,
            Map.of(
                    "everything", Selector.Everything.class,
                    "roles", Selector.Roles.class,
                    "blocks", Selector.Blocks.class,
                    "named", Selector.Glob.class,
                    "and", Selector.And.class,
                    "or", Selector.Or.class,
                    "except", Selector.Except.class),
            Origin.class,
            Map.of(
                    "declared", Origin.Declared.class,
                    "denseFirst", Origin.DenseFirst.class,
                    "checkpoint", Origin.Checkpoint.class,
                    "after", Origin.After.class),
            Optimizer.class,
            Map.of("adamW", Optimizer.AdamW.class, "muon", Optimizer.Muon.class),
            Corpus.Tokens.class,
            Map.of(
                    "bytes", Corpus.Tokens.Bytes.class,
                    "bpe", Corpus.Tokens.BytePairs.class,
                    "tokenizer", Corpus.Tokens.File.class));

    private static final Map<Class<?>, Map<String, Class<?>>> MEASUREMENTS =
            Map.of(Evaluation.class, Map.of("text", Corpus.Part.class, "task", Task.class, "rows", GraphRows.class));

    private static final Map<Class<?>, Map<String, Class<?>>> HEADS = Map.of(
            Head.class,
            Map.of(
                    "nextToken", Head.NextToken.class,
                    "maskedToken", Head.MaskedToken.class,
                    "textVector", Head.TextVector.class,
                    "classes", Head.Classes.class));

    static final Map<Class<?>, Map<String, Class<?>>> BASES = Stream.of(VALUES, MEASUREMENTS, HEADS)
            .flatMap(some -> some.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private KindNames() {}
}
