using System.Collections.ObjectModel;

namespace HarmonyLib;

public sealed class Patches
{
    internal Patches(IEnumerable<string> owners) => Owners = new ReadOnlyCollection<string>([.. owners.Distinct()]);

    public ReadOnlyCollection<string> Owners { get; }
}
