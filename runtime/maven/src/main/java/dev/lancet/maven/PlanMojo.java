package dev.lancet.maven;

import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.Mojo;

/** Prints what the rules would do to every matrix of the model, and why: {@code lancet plan}. It writes nothing. */
@Mojo(name = "plan", requiresProject = true, threadSafe = true)
public final class PlanMojo extends LancetMojo {

    @Override
    void work() throws MojoExecutionException, MojoFailureException {
        lancet(command("plan"), getLog()::info).lines().forEach(getLog()::info);
    }
}
