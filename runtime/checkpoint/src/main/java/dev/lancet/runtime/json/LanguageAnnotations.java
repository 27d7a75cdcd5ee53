package dev.lancet.runtime.json;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Head;
import dev.lancet.dsl.InputEmbedding;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Residual;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Treatment;
import dev.lancet.dsl.recipe.Optimizer;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;

/**
 * Replaces annotations, which the language does not have: keys are required unless optional or a later flag, constants are in lower
 * case.
 */
final class LanguageAnnotations extends JacksonAnnotationIntrospector {

    private static final long serialVersionUID = 1;

    private static final Set<Class<?>> OPTIONAL =
            Set.of(Optional.class, OptionalInt.class, OptionalLong.class, OptionalDouble.class);

    /** Types that gained flags after files were written without them: a flag that is missing is not set. */
    private static final Set<Class<?>> FLAGGED = Set.of(
            Precision.Int4.class, Precision.Nf4.class, Adapter.Lora.class, Treatment.class, Optimizer.AdamW.class);

    /** Numbers and flags that types gained later: those that are missing are 0 or not set. */
    private static final Map<Class<?>, Set<String>> GAINED = Map.of(
            Attention.class, Set.of("wideQkNorm", "bidirectional", "scale", "cap"),
            Norm.class, Set.of("unbiased", "gainPlusOne"),
            Position.Learned.class, Set.of("first"),
            Position.Rotary.class, Set.of("width"));

    /** Parts that types gained later, by their type: what a file without them means. */
    static final Map<Class<?>, Object> USUAL = Map.of(
            Residual.class, Residual.preNorm(),
            InputEmbedding.class, InputEmbedding.plain(),
            Head.class, Head.nextToken());

    @Override
    public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
        if (member instanceof AnnotatedParameter parameter && !OPTIONAL.contains(member.getRawType())) {
            return !gained(member, parameterName(parameter)) && !usual(member) && !flag(member);
        }
        return super.hasRequiredMarker(config, member);
    }

    /** A flag that is not set, and a part that is as usual, are left out. */
    @Override
    public JsonInclude.Value findPropertyInclusion(MapperConfig<?> config, Annotated annotated) {
        if (annotated instanceof AnnotatedMember member) {
            if (flag(member) || gained(member, member.getName())) {
                return JsonInclude.Value.construct(JsonInclude.Include.NON_DEFAULT, JsonInclude.Include.ALWAYS);
            }
            if (usual(member)) {
                return JsonInclude.Value.construct(JsonInclude.Include.CUSTOM, JsonInclude.Include.ALWAYS)
                        .withValueFilter(AsUsual.class);
            }
        }
        return super.findPropertyInclusion(config, annotated);
    }

    @Override
    public JacksonInject.@Nullable Value findInjectableValue(MapperConfig<?> config, AnnotatedMember member) {
        return member instanceof AnnotatedParameter && usual(member)
                ? JacksonInject.Value.construct(member.getRawType().getName(), true, false)
                : super.findInjectableValue(config, member);
    }

    private static boolean flag(AnnotatedMember member) {
        return member.getRawType() == boolean.class && FLAGGED.contains(member.getDeclaringClass());
    }

    private static boolean gained(AnnotatedMember member, String name) {
        return GAINED.getOrDefault(member.getDeclaringClass(), Set.of()).contains(name);
    }

    private static boolean usual(AnnotatedMember member) {
        return member.getDeclaringClass() == Transformer.class && USUAL.containsKey(member.getRawType());
    }

    private static String parameterName(AnnotatedParameter parameter) {
        RecordComponent[] components = parameter.getDeclaringClass().getRecordComponents();
        return components == null || parameter.getIndex() >= components.length
                ? ""
                : components[parameter.getIndex()].getName();
    }

    /** Equals the parts that a file need not have. */
    static final class AsUsual {
        @Override
        public boolean equals(@Nullable Object other) {
            return other != null && USUAL.containsValue(other);
        }

        @Override
        public int hashCode() {
            return 0;
        }
    }

    @Override
    public String[] findEnumValues(
            MapperConfig<?> config, AnnotatedClass type, Enum<?>[] constants, @Nullable String[] names) {
        return Arrays.stream(constants)
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
    }
}
