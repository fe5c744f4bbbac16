// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

/** The arrows of docs/architecture.md, held over the compiled classes of all modules. */
@AnalyzeClasses(packages = "org.pinfuzz", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule MODULES_DEPEND_ONLY_ALONG_THE_ARROWS = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .ensureAllClassesAreContainedInArchitecture()
            .layer("generators")
            .definedBy("org.pinfuzz.generators..")
            .layer("corpus")
            .definedBy("org.pinfuzz.corpus..")
            .layer("vm")
            .definedBy("org.pinfuzz.vm..")
            .layer("triage")
            .definedBy("org.pinfuzz.triage..")
            .layer("fuzzer")
            .definedBy("org.pinfuzz.fuzzer..")
            .whereLayer("generators")
            .mayNotAccessAnyLayer()
            .whereLayer("corpus")
            .mayOnlyAccessLayers("generators")
            .whereLayer("vm")
            .mayOnlyAccessLayers("generators")
            .whereLayer("triage")
            .mayOnlyAccessLayers("generators", "corpus");

    @ArchTest
    static final ArchRule PACKAGES_FORM_NO_CYCLES =
            slices().assignedFrom(new EachPackage()).should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NO_CLASS_OR_PACKAGE_HAS_A_NAME_THAT_SAYS_NOTHING = noClasses()
            .should()
            .haveNameMatching(".*(Util|Utils|Utilities|Common|Helper|Helpers|Manager|Managers|Impl)(?![a-z]).*")
            .orShould()
            .haveNameMatching(".*\\.(utils?|common|helpers?|managers?|impl)\\..*");

    /** Every package is a slice of its own, whatever its depth. */
    private static final class EachPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            return SliceIdentifier.of(javaClass.getPackageName());
        }

        @Override
        public String getDescription() {
            return "each package";
        }
    }
}
