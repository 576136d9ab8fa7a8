package io.winnow.model.compute;

/** The float arrays that kernels of one compute thread work in; they grow and are reused. */
final class Tiles {
  private float[] first = new float[0];
  private float[] second = new float[0];
  private float[] third = new float[0];
  private float[] fourth = new float[0];

  float[] first(int size) {
    first = first.length < size ? new float[size] : first;
    return first;
  }

  float[] second(int size) {
    second = second.length < size ? new float[size] : second;
    return second;
  }

  float[] third(int size) {
    third = third.length < size ? new float[size] : third;
    return third;
  }

  float[] fourth(int size) {
    fourth = fourth.length < size ? new float[size] : fourth;
    return fourth;
  }
}
