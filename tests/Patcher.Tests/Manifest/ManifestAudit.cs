using System.Reflection;
using Patchy.Manifest;

namespace Patchy.Tests.Manifest;

/// <summary>A manifest against a list of types: each of their members has exactly one row that answers for it, and each row a member.</summary>
internal static class ManifestAudit
{
    public static List<string> Complaints(IEnumerable<ManifestRow> manifest, IEnumerable<Type> types)
    {
        var complaints = new List<string>();
        ILookup<(string, string, string), ManifestRow> rows = manifest.ToLookup(row => (row.Assembly, row.Type, row.Member));
        var asked = new HashSet<(string, string, string)>();
        foreach (Type type in types)
        {
            string assembly = type.Assembly.GetName().Name!, name = TypeText.Of(type);
            ManifestRow? whole = rows[(assembly, name, ManifestRow.WholeType)].FirstOrDefault();
            int members = 0;
            foreach (MethodBase member in BlockingSurface.Members(type))
            {
                members++;
                var key = (assembly, name, TypeText.Of(member));
                if (!asked.Add(key) && whole is null) complaints.Add($"{name}.{key.Item3} is the text of two members");
                int own = rows[key].Count();
                if (own == 0 && whole is null) complaints.Add($"{name}.{key.Item3} ({assembly}) is not classified: can it wait? Add a row");
                if (own > 1) complaints.Add($"{name}.{key.Item3} has {own} rows");
                if (own > 0 && whole is not null) complaints.Add($"{name}.{key.Item3} has a row of its own, and line {whole.Line} answers for the whole type");
            }
            if (whole is not null && whole.Members != members) complaints.Add($"line {whole.Line} was written for {whole.Members} members of {name}; it has {members}: can the others wait?");
            if (whole is not null) asked.Add((assembly, name, ManifestRow.WholeType));
        }
        foreach (ManifestRow row in manifest)
        {
            if (row.Action != ManifestAction.Patch && !asked.Contains((row.Assembly, row.Type, row.Member)))
                complaints.Add($"line {row.Line}: {row.Target} ({row.Assembly}) is not a public member that is asked about; was it renamed?");
        }
        return complaints;
    }

    /// <summary>What a row inherits from must be in the manifest too, and lead to a patch: nobody may inherit from what blocks.</summary>
    public static List<string> BrokenReasons(IReadOnlyList<ManifestRow> manifest)
    {
        var byName = manifest.Where(row => !row.IsWholeType).ToLookup(row => (ShortName(row.Type), row.Member[..row.Member.IndexOfAny(['(', '`'])]));
        var complaints = new List<string>();
        foreach (ManifestRow row in manifest.Where(row => row.Action == ManifestAction.Inherits))
        {
            if (InheritedReason.IsOverride(row.Reason!)) continue; // there is nothing to look up
            List<(string Type, string Member)> sources = InheritedReason.Sources(row);
            if (sources.Count == 0) complaints.Add($"line {row.Line}: {row.Target}: \"{row.Reason}\" names no member");
            foreach ((string type, string member) in sources)
            {
                if (!byName[(type, member)].Any(source => source != row && source.Action is ManifestAction.Patch or ManifestAction.Inherits))
                    complaints.Add($"line {row.Line}: {row.Target} is said to inherit from {type}.{member}, which is neither patched nor inherits");
            }
        }
        return complaints;
    }

    private static string ShortName(string type) => type[(type.LastIndexOf('.') + 1)..];
}
