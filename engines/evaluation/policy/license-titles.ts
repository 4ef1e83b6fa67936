// SPDX-License-Identifier: Apache-2.0
/**
 * SPDX ids of licences that are stated by their title: PyPI's classifiers (https://pypi.org/classifiers, without what stands
 * before the last `::`) and what packages of Python and Maven write of the two most common. Only titles that mean one licence:
 * not `BSD License`, which is any of a family, and not `Apache Software License`, which tells no version.
 */

/** In lower case. */
const IDS: ReadonlyMap<string, string> = new Map([
  ["blue oak model license (blueoak-1.0.0)", "blueoak-1.0.0"],
  ["boost software license 1.0 (bsl-1.0)", "bsl-1.0"],
  ["cc0 1.0 universal (cc0 1.0) public domain dedication", "cc0-1.0"],
  ["cea cnrs inria logiciel libre license, version 2.1 (cecill-2.1)", "cecill-2.1"],
  ["cecill-b free software license agreement (cecill-b)", "cecill-b"],
  ["cecill-c free software license agreement (cecill-c)", "cecill-c"],
  ["cmu license (mit-cmu)", "mit-cmu"],
  ["common development and distribution license 1.0 (cddl-1.0)", "cddl-1.0"],
  ["eclipse public license 1.0 (epl-1.0)", "epl-1.0"],
  ["eclipse public license 2.0 (epl-2.0)", "epl-2.0"],
  ["educational community license, version 2.0 (ecl-2.0)", "ecl-2.0"],
  ["european union public licence 1.0 (eupl 1.0)", "eupl-1.0"],
  ["european union public licence 1.1 (eupl 1.1)", "eupl-1.1"],
  ["european union public licence 1.2 (eupl 1.2)", "eupl-1.2"],
  ["gnu affero general public license v3", "agpl-3.0-only"],
  ["gnu affero general public license v3 or later (agplv3+)", "agpl-3.0-or-later"],
  ["gnu general public license v2 (gplv2)", "gpl-2.0-only"],
  ["gnu general public license v2 or later (gplv2+)", "gpl-2.0-or-later"],
  ["gnu general public license v3 (gplv3)", "gpl-3.0-only"],
  ["gnu general public license v3 or later (gplv3+)", "gpl-3.0-or-later"],
  ["gnu lesser general public license v2 (lgplv2)", "lgpl-2.0-only"],
  ["gnu lesser general public license v2 or later (lgplv2+)", "lgpl-2.0-or-later"],
  ["gnu lesser general public license v3 (lgplv3)", "lgpl-3.0-only"],
  ["gnu lesser general public license v3 or later (lgplv3+)", "lgpl-3.0-or-later"],
  ["historical permission notice and disclaimer (hpnd)", "hpnd"],
  ["isc license (iscl)", "isc"],
  ["miros license (miros)", "miros"],
  ["mit no attribution license (mit-0)", "mit-0"],
  ["mozilla public license 1.0 (mpl)", "mpl-1.0"],
  ["mozilla public license 1.1 (mpl 1.1)", "mpl-1.1"],
  ["mozilla public license 2.0 (mpl 2.0)", "mpl-2.0"],
  ["mulan permissive software license v2 (mulanpsl-2.0)", "mulanpsl-2.0"],
  ["nasa open source agreement v1.3 (nasa-1.3)", "nasa-1.3"],
  ["open software license 3.0 (osl-3.0)", "osl-3.0"],
  ["postgresql license", "postgresql"],
  ["python license (cnri python license)", "cnri-python"],
  ["python software foundation license", "psf-2.0"],
  ["sil open font license 1.1 (ofl-1.1)", "ofl-1.1"],
  ["sleepycat license", "sleepycat"],
  ["the unlicense (unlicense)", "unlicense"],
  ["universal permissive license (upl)", "upl-1.0"],
  ["university of illinois/ncsa open source license", "ncsa"],
  ["zero-clause bsd (0bsd)", "0bsd"],
  ["zlib/libpng license", "zlib"],
]);

/** `MIT License`, `The MIT License (MIT)` */
const MIT = /^(?:the )?mit licen[cs]e(?: \(mit\))?$/;
/** `Apache License, Version 2.0`, `The Apache Software License, Version 2.0`, `Apache License 2.0`, `Apache 2.0`, `Apache-2.0 License` */
const APACHE_2 =
  /^(?:the )?apache(?:(?: software)? licen[cs]e)?,? (?:version |v\.? ?)?2(?:\.0)?$|^apache-2\.0 licen[cs]e$/;

/** The SPDX id in lower case. `title` is in lower case too. */
export function licenseIdOfTitle(title: string): string | undefined {
  if (MIT.test(title)) return "mit";
  return APACHE_2.test(title) ? "apache-2.0" : IDS.get(title);
}
