package dev.lancet.runtime.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Treatment;
import dev.lancet.dsl.recipe.Optimizer;
import java.util.Arrays;
import java.util.Locale;
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

    @Override
    public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
        if (member instanceof AnnotatedParameter && !OPTIONAL.contains(member.getRawType())) {
            return member.getRawType() != boolean.class || !FLAGGED.contains(member.getDeclaringClass());
        }
        return super.hasRequiredMarker(config, member);
    }

    /** A flag that is not set is left out. */
    @Override
    public JsonInclude.Value findPropertyInclusion(MapperConfig<?> config, Annotated annotated) {
        return annotated instanceof AnnotatedMember member
                        && member.getRawType() == boolean.class
                        && FLAGGED.contains(member.getDeclaringClass())
                ? JsonInclude.Value.construct(JsonInclude.Include.NON_DEFAULT, JsonInclude.Include.ALWAYS)
                : super.findPropertyInclusion(config, annotated);
    }

    @Override
    public String[] findEnumValues(
            MapperConfig<?> config, AnnotatedClass type, Enum<?>[] constants, @Nullable String[] names) {
        return Arrays.stream(constants)
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
    }
}
