using System;
using Patchy.Detours.Harmony;

namespace Patchy.Detours;

/// <summary>The two engines of this process, each made and tried out on first need: one for methods, one for native calls.</summary>
internal sealed class DetourEngines
{
    /// <summary>The variable that says by what methods are redirected.</summary>
    public const string Variable = "PATCHY_DETOUR";

    private const string Own = "cell";
    private const string ThroughHarmony = "harmony";

    private readonly RuntimeLayout _layout;
    private readonly HarmonySurface? _harmony;
    private IDetourEngine? _cells;
    private PInvokeSlotEngine? _slots;

    /// <param name="probe">The runtime.</param>
    /// <param name="kind">"cell", "harmony", or null for the first.</param>
    /// <exception cref="DetourRefusedException">This runtime is not one whose layout is known; or there is no such kind, or no Harmony.</exception>
    public DetourEngines(RuntimeProbe probe, string? kind = null)
    {
        _layout = RuntimeLayout.Read(probe);
        if (kind is null or "" or Own) return;
        if (kind != ThroughHarmony) throw new DetourRefusedException(DetourRefusal.Platform, $"{Variable}={kind} is unknown: it can be {Own} (Patchy's own engine, as without it) or {ThroughHarmony}. Nothing was patched.");
        _harmony = HarmonySurface.Load();
    }

    /// <summary>For the report. A profiler that asks for ReJIT of a patched method makes the runtime write its cell anew.</summary>
    public string Description =>
        $"{(_harmony is null ? "precode cells" : $"{_harmony.Name} for methods, Patchy for native calls")}, {_layout.Framework}"
        + (Environment.GetEnvironmentVariable("CORECLR_ENABLE_PROFILING") == "1" ? ", a profiler is attached: methods that it instruments may lose their patch" : "");

    /// <summary>For methods.</summary>
    /// <exception cref="DetourRefusedException">The trial failed.</exception>
    public IDetourEngine Cells
    {
        get
        {
            if (_cells is not null) return _cells;
            IDetourEngine engine = _harmony is null ? new PrecodeCellEngine(_layout) : new HarmonyEngine(_harmony);
            EngineSelfTest.Run(engine);
            return _cells = engine;
        }
    }

    /// <summary>For native calls. Harmony cannot redirect these where callers have them inlined, as the class library has.</summary>
    /// <exception cref="DetourRefusedException">The trial failed.</exception>
    public IDetourEngine Slots
    {
        get
        {
            if (_slots is not null) return _slots;
            var engine = new PInvokeSlotEngine(_layout);
            EngineSelfTest.Run(engine);
            return _slots = engine;
        }
    }
}
