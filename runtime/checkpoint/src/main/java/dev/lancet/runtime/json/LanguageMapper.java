package dev.lancet.runtime.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Selector;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.InjectableValues;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;

/** Configures Jackson for the language: strict, and with annotations outside the language's own classes. */
final class LanguageMapper {

    private LanguageMapper() {}

    /** A type with several kinds, which the key {@code kind} distinguishes. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = KindNames.KEY)
    private interface Tagged {}

    static JsonMapper create() {
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .build();
        JsonMapper.Builder builder = JsonMapper.builder(factory)
                .annotationIntrospector(new LanguageAnnotations())
                .addModule(new SimpleModule().addSerializer(Selector.Matching.class, new NoJsonForCode()))
                .changeDefaultPropertyInclusion(all -> all.withValueInclusion(JsonInclude.Include.NON_ABSENT))
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(EnumFeature.READ_ENUMS_USING_TO_STRING, EnumFeature.WRITE_ENUMS_USING_TO_STRING)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY);
        InjectableValues.Std usual = new InjectableValues.Std();
        LanguageAnnotations.USUAL.forEach((type, part) -> usual.addValue(type.getName(), part));
        builder.injectableValues(usual);
        KindNames.BASES.forEach((base, kinds) -> {
            builder.addMixIn(base, Tagged.class);
            kinds.forEach((name, type) -> builder.registerSubtypes(new NamedType(type, name)));
        });
        return builder.build();
    }

    static JsonMapper pretty(JsonMapper mapper) {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter()
                .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                .withArrayIndenter(new DefaultIndenter("  ", "\n"));
        return mapper.rebuild()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .defaultPrettyPrinter(printer)
                .build();
    }

    /** Rejects a predicate, because code cannot be written and read back. */
    private static final class NoJsonForCode extends ValueSerializer<Selector.Matching> {
        @Override
        public void serialize(Selector.Matching selector, JsonGenerator generator, SerializationContext context) {
            throw new LancetException("json: " + selector + " is a predicate, and code cannot be written as JSON;"
                    + " select by roles, blocks or names instead");
        }

        @Override
        public void serializeWithType(
                Selector.Matching selector,
                JsonGenerator generator,
                SerializationContext context,
                TypeSerializer type) {
            serialize(selector, generator, context);
        }
    }
}
