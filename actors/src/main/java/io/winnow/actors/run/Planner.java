package io.winnow.actors.run;

/** Works out a run's plan from its resolved run.conf. Blocks: reads files, tokenises. */
public interface Planner {
  /**
   * @throws io.winnow.model.compute.UserProblem if something the user gave cannot be used
   */
  RunPlan plan(String config);
}
