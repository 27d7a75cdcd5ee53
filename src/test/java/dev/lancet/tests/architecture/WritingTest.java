package dev.lancet.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.io.FileOutputStream;
import java.io.FileWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Files are written by one package, so that a kill or a power cut leaves no half of one under its name. */
@AnalyzeClasses(packages = "dev.lancet", importOptions = MainClasses.class)
class WritingTest {

    private static final Set<String> OF_FILES = Set.of(
            "write",
            "writeString",
            "newBufferedWriter",
            "newOutputStream",
            "newByteChannel",
            "copy",
            "move",
            "createFile",
            "createDirectory",
            "createDirectories",
            "createTempFile",
            "createTempDirectory",
            "createLink",
            "createSymbolicLink");

    private static final Set<String> OF_FILE =
            Set.of("createNewFile", "createTempFile", "mkdir", "mkdirs", "renameTo", "deleteOnExit");

    private static final Set<String> OPTIONS = Set.of("WRITE", "APPEND", "CREATE", "CREATE_NEW", "TRUNCATE_EXISTING");

    private static final Set<Class<?>> WRITERS =
            Set.of(FileOutputStream.class, FileWriter.class, RandomAccessFile.class);

    @ArchTest
    static final ArchRule only_the_io_package_writes_files = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lancet.io..")
            .should()
            .accessTargetWhere(DescribedPredicate.describe("writes a file", WritingTest::writes));

    private static boolean writes(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String name = access.getName();
        return (owner.isEquivalentTo(Files.class) && OF_FILES.contains(name))
                || (owner.isEquivalentTo(File.class) && OF_FILE.contains(name))
                || (owner.isEquivalentTo(StandardOpenOption.class) && OPTIONS.contains(name))
                || (name.equals("<init>") && WRITERS.stream().anyMatch(owner::isEquivalentTo))
                || (name.equals("<init>") && printsToAFile(access, owner));
    }

    private static boolean printsToAFile(JavaAccess<?> access, JavaClass owner) {
        boolean printer = owner.isEquivalentTo(PrintStream.class) || owner.isEquivalentTo(PrintWriter.class);
        String parameters = access.getTarget().getFullName();
        return printer
                && (parameters.contains("(" + File.class.getName())
                        || parameters.contains("(" + Path.class.getName())
                        || parameters.contains("(" + String.class.getName()));
    }
}
