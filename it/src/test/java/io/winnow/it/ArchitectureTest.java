package io.winnow.it;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The house rules of docs/architecture.md that a machine can check. */
class ArchitectureTest {
  /** Outer modules first: each may use those after it, never those before. */
  private static final List<String> MODULES = List.of("cli", "actors", "protocol", "model");

  /** Rings of {@code model}, inner first: each may use those before it in another entry. */
  private static final List<List<String>> RINGS =
      List.of(
          List.of("compute"),
          List.of("adapter"),
          List.of("nn"),
          List.of("arch"),
          List.of("generate"),
          List.of("train"),
          List.of("explain"),
          List.of("task"),
          List.of("text"),
          List.of("config"),
          List.of("data", "io"));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.winnow");

  @TestFactory
  Stream<DynamicTest> modulesImportOneWay() {
    return Stream.iterate(1, i -> i < MODULES.size(), i -> i + 1)
        .map(
            i -> {
              String[] outer =
                  MODULES.subList(0, i).stream().map(m -> module(m)).toArray(String[]::new);
              return rule(
                  MODULES.get(i) + " knows nothing of " + MODULES.subList(0, i),
                  noClasses()
                      .that()
                      .resideInAPackage(module(MODULES.get(i)))
                      .should()
                      .dependOnClassesThat()
                      .resideInAnyPackage(outer));
            });
  }

  @TestFactory
  Stream<DynamicTest> ringsImportInward() {
    return Stream.iterate(0, i -> i < RINGS.size() - 1, i -> i + 1)
        .map(
            i -> {
              List<String> outer =
                  RINGS.subList(i + 1, RINGS.size()).stream().flatMap(List::stream).toList();
              return rule(
                  RINGS.get(i) + " knows nothing of " + outer,
                  noClasses()
                      .that()
                      .resideInAnyPackage(
                          RINGS.get(i).stream().map(r -> ring(r)).toArray(String[]::new))
                      .should()
                      .dependOnClassesThat()
                      .resideInAnyPackage(outer.stream().map(r -> ring(r)).toArray(String[]::new)));
            });
  }

  @Test
  void nativeArraysStayInCompute() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("io.winnow.model.compute..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.nd4j..", "org.bytedeco.."));
  }

  @Test
  void actorsStayAboveTheModel() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.winnow.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("akka..", "scala.."));
  }

  @Test
  void consoleKnowsNoActors() {
    check(
        noClasses()
            .that(resideInAnyPackage("io.winnow.cli"))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage("scala..", "com.esotericsoftware..", "org.h2..")));
  }

  /** Who waits for an answer holds a deadline of its own; in a step only the loop has one. */
  @Test
  void nothingInAStepAsks() {
    check(
        noClasses()
            .that(
                resideInAnyPackage(
                        "io.winnow.actors.run..",
                        "io.winnow.actors.layer..",
                        "io.winnow.actors.worker..",
                        "io.winnow.actors.store..")
                    .and(not(simpleName("Departure")))) // of a node that leaves, not of a step
            .should()
            .callMethodWhere(describe("an ask", call -> isAsk(call))));
  }

  private static boolean isAsk(JavaMethodCall call) {
    return call.getTargetOwner().getPackageName().startsWith("akka.")
        && List.of("ask", "askWithStatus").contains(call.getName());
  }

  @Test
  void randomnessIsAValue() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat(
                equivalentTo(java.util.Random.class)
                    .or(equivalentTo(java.util.concurrent.ThreadLocalRandom.class))
                    .or(resideInAnyPackage("org.nd4j.linalg.api.rng.."))));
    check(noClasses().should().callMethod(Math.class, "random"));
    check(
        noClasses()
            .should()
            .callMethodWhere(describe("ND4J's generator", call -> drawsByNd4j(call))));
  }

  private static boolean drawsByNd4j(JavaMethodCall call) {
    return call.getTargetOwner().getName().equals("org.nd4j.linalg.factory.Nd4j")
        && List.of("getRandom", "rand", "randn").contains(call.getName());
  }

  @Test
  void onlyTheCommandLineEndsTheProcess() {
    check(
        noClasses()
            .that(not(resideInAnyPackage("io.winnow.cli..")))
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class));
  }

  @Test
  void nothingIsReadByJavaSerialization() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat(
                equivalentTo(java.io.ObjectInputStream.class)
                    .or(equivalentTo(java.io.ObjectOutputStream.class))));
  }

  private static DynamicTest rule(String name, ArchRule rule) {
    return DynamicTest.dynamicTest(name, () -> check(rule));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }

  private static String module(String name) {
    return "io.winnow." + name + "..";
  }

  private static String ring(String name) {
    return "io.winnow.model." + name + "..";
  }
}
