package dev.tandem;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import ai.djl.ndarray.NDArray;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.ImportOption.OnlyIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls that Spring Modulith cannot see: libraries and names. */
@AnalyzeClasses(packages = "dev.tandem", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] NUMERIC = {
        "..spec..",
        "..storage..",
        "..transformer..",
        "..text..",
        "..training..",
        "..worker..",
        "..scorer..",
        "..tokens..",
        "..corpus.."
    };
    private static final String[] SERVICE = {
        "..api..",
        "..jobs..",
        "..scheduler..",
        "..scoring..",
        "..launcher..",
        "..security..",
        "..models..",
        "..datasets..",
        "..reports..",
        "..home..",
        "..webhooks..",
        "..estimates..",
        "..retention..",
        "..demo.."
    };

    @ArchTest
    static final ArchRule roomsFormNoCycle =
            slices().matching("dev.tandem.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theNumericsKnowNoSpringAndNoDatabase = noClasses()
            .that()
            .resideInAnyPackage(NUMERIC)
            .and()
            .doNotHaveSimpleName("package-info")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..",
                    "jakarta..",
                    "org.hibernate..",
                    "java.sql..",
                    "javax.sql..",
                    "org.postgresql..");

    @ArchTest
    static final ArchRule lossesDoNotTakeNumbersForFactors = noClasses()
            .that()
            .resideInAPackage("dev.tandem.training..")
            .should()
            .callMethod(NDArray.class, "mul", Number.class)
            .orShould()
            .callMethod(NDArray.class, "div", Number.class)
            .orShould()
            .callMethod(NDArray.class, "pow", Number.class)
            .because("DJL lets go of the number that autograd keeps for the backward pass, see Scalar");

    @ArchTest
    static final ArchRule theServiceKnowsNoTensors = noClasses()
            .that()
            .resideInAnyPackage(SERVICE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..");

    @ArchTest
    static final ArchRule theServiceKnowsNoMoreOfTheTransformerThanItsInspection = noClasses()
            .that()
            .resideInAnyPackage(SERVICE)
            .should()
            .dependOnClassesThat(resideInAPackage("..transformer..")
                    .and(not(nameMatching(".*\\.(CheckpointInspection|CheckpointFacts|InvalidCheckpoint.*)"))));

    @ArchTest
    static final ArchRule theServiceKnowsNoMoreOfTrainingThanItsForecasts = noClasses()
            .that()
            .resideInAnyPackage(SERVICE)
            .should()
            .dependOnClassesThat(resideInAPackage("..training..")
                    .and(not(nameMatching(".*\\.(RunForecast|MemoryPlan|TokenCounts).*"))));

    @ArchTest
    static final ArchRule theMainClassLoadsNoSpring = noClasses()
            .that()
            .haveFullyQualifiedName("dev.tandem.Tandem")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule namesSayWhatAThingIs = noClasses()
            .should()
            .haveNameMatching(".*(Impl|Util|Utils|Helper|Manager|DTO|Dto|Processor)|.*\\.Abstract[A-Z].*");

    /** A class of its own, because these rules look at the tests. */
    @AnalyzeClasses(packages = "dev.tandem", importOptions = OnlyIncludeTests.class)
    static class OfTests {

        @ArchTest
        static final ArchRule nothingIsMocked =
                noClasses().should().dependOnClassesThat().resideInAPackage("org.mockito..");
    }
}
