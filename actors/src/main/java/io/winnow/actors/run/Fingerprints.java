package io.winnow.actors.run;

/**
 * What a run was begun with: frozen base, arithmetic, data. Journalled once, then only compared.
 */
public record Fingerprints(String base, String numerics, String data) {}
