package io.winnow.actors.run;

/** A setting of a running run that is to change: {@code optimizer.lr} to {@code 1e-4}. */
public record SettingChange(String path, String value) {}
