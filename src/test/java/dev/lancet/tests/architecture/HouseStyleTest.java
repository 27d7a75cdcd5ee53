package dev.lancet.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What no class of Lancet looks like. */
@AnalyzeClasses(packages = "dev.lancet", importOptions = MainClasses.class)
class HouseStyleTest {

    @ArchTest
    static final ArchRule every_package_is_null_marked = classes().should(resideInANullMarkedPackage());

    @ArchTest
    static final ArchRule no_class_is_a_drawer_for_leftovers =
            noClasses().should().haveNameMatching(".*(Utils?|Manager|Impl|Helper)(\\$.*)?");

    @ArchTest
    static final ArchRule no_public_method_has_a_get_prefix = methods()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat(areWrittenInJava())
            .and(areNotDictatedByAForeignType())
            .and(areNotSynthetic())
            .should()
            .haveNameNotMatching("get[A-Z].*");

    @ArchTest
    static final ArchRule no_static_field_changes =
            fields().that().areStatic().and(areNotSynthetic()).should().beFinal();

    @ArchTest
    static void no_two_types_share_a_simple_name(JavaClasses types) {
        Map<String, List<String>> places = types.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(
                        JavaClass::getSimpleName,
                        TreeMap::new,
                        Collectors.mapping(JavaClass::getPackageName, Collectors.toList())));
        places.values().removeIf(packages -> packages.size() == 1);

        assertThat(places).isEmpty();
    }

    /** A record names its components where it is read, so it may have more. */
    @ArchTest
    static void no_constructor_has_more_than_six_parameters(JavaClasses types) {
        assertThat(types.stream()
                        .filter(type -> !type.isRecord() && !type.isEnum() && !type.isInnerClass())
                        .filter(type -> areWrittenInJava().test(type))
                        .flatMap(type -> type.getConstructors().stream())
                        .filter(constructor ->
                                constructor.getRawParameterTypes().size() > 6)
                        .map(constructor -> constructor.getFullName()))
                .isEmpty();
    }

    @Test
    void no_source_file_has_more_than_250_lines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (String room : List.of("dsl", "surgery", "compression", "runtime", "samples")) {
            try (Stream<Path> walk = Files.walk(Path.of(room))) {
                for (Path file : walk.filter(HouseStyleTest::isSource).toList()) {
                    int lines = Files.readAllLines(file).size();
                    if (lines > 250) {
                        tooLong.add(file + ": " + lines);
                    }
                }
            }
        }
        assertThat(tooLong).isEmpty();
    }

    private static boolean isSource(Path file) {
        String path = file.toString().replace('\\', '/');
        return path.contains("/src/main/java/") && path.endsWith(".java");
    }

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package whose package-info says @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                    events.add(SimpleConditionEvent.violated(
                            type, type.getName() + " resides in a package that is not @NullMarked"));
                }
            }
        };
    }

    private static DescribedPredicate<JavaClass> areWrittenInJava() {
        return DescribedPredicate.describe("are written in Java", type -> !type.isAnnotatedWith("kotlin.Metadata"));
    }

    private static DescribedPredicate<HasModifiers> areNotSynthetic() {
        return DescribedPredicate.describe(
                "are not synthetic", member -> !member.getModifiers().contains(JavaModifier.SYNTHETIC));
    }

    /** A method that implements somebody else's interface has no choice of name. */
    private static DescribedPredicate<JavaMethod> areNotDictatedByAForeignType() {
        return DescribedPredicate.describe("are not dictated by a foreign type", method -> {
            JavaClass owner = method.getOwner();
            return Stream.concat(owner.getAllRawSuperclasses().stream(), owner.getAllRawInterfaces().stream())
                    .filter(type -> !type.getPackageName().startsWith("dev.lancet"))
                    .flatMap(type -> type.getMethods().stream())
                    .noneMatch(inherited -> inherited.getName().equals(method.getName())
                            && inherited.getRawParameterTypes().size()
                                    == method.getRawParameterTypes().size());
        });
    }
}
