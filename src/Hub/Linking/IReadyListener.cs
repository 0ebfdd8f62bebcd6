namespace Patchy.Linking;

/// <summary>
/// Marks the target of a raw link's callback as Patchy's own: it is called by whoever makes the object ready, at once and on whatever thread, without
/// a hub. So a native thread without a hub can wait for several objects. The callback only notes and wakes.
/// </summary>
internal interface IReadyListener;
