using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Patchy.Manifest;

namespace Patchy.Scan;

/// <summary>Reads the calls of an assembly from its file, without loading it, and asks the manifest about each.</summary>
internal sealed class AssemblyScanner
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly ManifestIndex _index;
    private readonly ReceiverTypes _receivers;
    private readonly List<ScannedCall> _calls = [];

    public AssemblyScanner(PEReader file, PatchManifest manifest)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
        _index = new ManifestIndex(manifest);
        _receivers = new ReceiverTypes(manifest);
    }

    public BlockScan Scan()
    {
        foreach (MethodDefinitionHandle handle in _metadata.MethodDefinitions)
        {
            MethodDefinition method = _metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0 || (method.ImplAttributes & MethodImplAttributes.CodeTypeMask) != MethodImplAttributes.IL) continue;
            string caller = NameOf(method);
            foreach ((int offset, ILOpCode code, EntityHandle operand) in InstructionReader.Calls(_file.GetMethodBody(method.RelativeVirtualAddress).GetILReader()))
            {
                if (Judge(code, operand) is var (target, verdict, group, reason)) _calls.Add(new ScannedCall(caller, offset, target, verdict, group, reason));
            }
        }
        string name = _metadata.IsAssembly ? _metadata.GetString(_metadata.GetAssemblyDefinition().Name) : _metadata.GetString(_metadata.GetModuleDefinition().Name);
        return new BlockScan(name, [.. _calls.OrderBy(static call => call.Verdict)]);
    }

    private (string, CallVerdict, PatchGroups, string?)? Judge(ILOpCode code, EntityHandle operand)
    {
        if (operand.Kind == HandleKind.MethodSpecification) operand = _metadata.GetMethodSpecification((MethodSpecificationHandle)operand).Method;
        return operand.Kind switch
        {
            HandleKind.StandaloneSignature => JudgePointer((StandaloneSignatureHandle)operand),
            HandleKind.MethodDefinition => JudgeOwn((MethodDefinitionHandle)operand),
            HandleKind.MemberReference => JudgeReference((MemberReferenceHandle)operand, isVirtual: code is ILOpCode.Callvirt or ILOpCode.Ldvirtftn),
            _ => null,
        };
    }

    private (string, CallVerdict, PatchGroups, string?)? JudgePointer(StandaloneSignatureHandle handle)
    {
        SignatureHeader header = _metadata.GetBlobReader(_metadata.GetStandaloneSignature(handle).Signature).ReadSignatureHeader();
        bool managed = header.CallingConvention is SignatureCallingConvention.Default or SignatureCallingConvention.VarArgs;
        return managed ? null : ("(an unmanaged function pointer)", CallVerdict.Native, PatchGroups.None, "native code of which nothing is known");
    }

    /// <summary>Of an assembly's own methods only the native ones matter here: what the others do is seen in them.</summary>
    private (string, CallVerdict, PatchGroups, string?)? JudgeOwn(MethodDefinitionHandle handle)
    {
        MethodDefinition method = _metadata.GetMethodDefinition(handle);
        if ((method.Attributes & MethodAttributes.PinvokeImpl) == 0) return null;
        MethodImport import = method.GetImport();
        string function = import.Name.IsNil ? _metadata.GetString(method.Name) : _metadata.GetString(import.Name);
        string library = import.Module.IsNil ? "?" : _metadata.GetString(_metadata.GetModuleReference(import.Module).Name);
        return ($"{library}!{function}", CallVerdict.Native, PatchGroups.None, "native code of which nothing is known: if it waits, call it through NativeThreadPool");
    }

    private (string, CallVerdict, PatchGroups, string?)? JudgeReference(MemberReferenceHandle handle, bool isVirtual)
    {
        MemberReference reference = _metadata.GetMemberReference(handle);
        if (reference.GetKind() != MemberReferenceKind.Method || TypeOf(reference.Parent) is not { } type) return null;
        string member = ReferenceText.Member(_metadata, reference), target = $"{type}.{member}";
        ManifestRow? row = _index.Find(type, member);
        if (row is not null && _index.Behind(row) is { DependsOnReceiver: true } decisive)
            return (target, CallVerdict.DependsOnReceiver, PatchGroups.None, _receivers.Of(type, decisive.Member) ?? _receivers.Of(type, member) ?? decisive.Reason);
        if (isVirtual && row is null or { Action: ManifestAction.Pass } && _receivers.Of(type, member) is { } depends) return (target, CallVerdict.DependsOnReceiver, PatchGroups.None, depends);
        return row switch
        {
            null => null,
            { Action: ManifestAction.Pass } => (target, CallVerdict.Passes, row.Group, row.Reason),
            { Action: ManifestAction.Refuse } => (target, CallVerdict.Blocks, PatchGroups.None, row.Reason),
            { Group: PatchGroups.File } => (target, CallVerdict.Blocks, row.Group, "the group file is off by default: Patch.All(o => o.File = true)"),
            _ => (target, CallVerdict.Cooperative, row.Group, row.Reason),
        };
    }

    /// <summary>The definition's name for an instantiated type; null for arrays and for the assembly's own types.</summary>
    private string? TypeOf(EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeReference) return ReferenceText.Type(_metadata, (TypeReferenceHandle)parent);
        if (parent.Kind != HandleKind.TypeSpecification) return null;
        BlobReader blob = _metadata.GetBlobReader(_metadata.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
        if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance) return null;
        _ = blob.ReadCompressedInteger(); // class or value type
        return blob.ReadTypeHandle() is { Kind: HandleKind.TypeReference } definition ? ReferenceText.Type(_metadata, (TypeReferenceHandle)definition) : null;
    }

    private string NameOf(MethodDefinition method)
    {
        string type = ReferenceText.Instance.GetTypeFromDefinition(_metadata, method.GetDeclaringType(), 0);
        return $"{type}.{ReferenceText.Member(_metadata.GetString(method.Name), method.DecodeSignature(ReferenceText.Instance, null))}";
    }
}
