(** T14 for elementwise networks with symmetric weights: an Euler step of length at most tau/rho
  never
    raises the energy if diag(2a/h + rho/h) + W is positive semidefinite,
      with a = tau/step - rho and
    h the steepest slopes. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Elementwise.
Open Scope R_scope.

Section Step.
Variable n : nat.
Variables tau rho b h : vec.
Variable W : nat -> nat -> R.
Variable g L : nat -> R -> R.
Variable step : R.
Hypothesis step_pos : 0 < step.
Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis h_pos : forall i, 0 < h i.
(** No step is longer than tau/rho of any neuron. *)
Hypothesis short : forall i, (i < n)%nat -> 0 <= tau i / step - rho i.
Hypothesis slopes : forall i, slopes_at_most (g i) (h i).
Hypothesis primitives : forall i, primitive_of (L i) (g i).
Hypothesis symmetric : forall i j, (i < n)%nat -> (j < n)%nat -> W i j = W j i.
(** diag(2a/h + rho/h) + W is positive semidefinite, with a = tau/step - rho. *)
Hypothesis semidefinite : forall u, 0 <= sum n (fun i => (2 * (tau i / step - rho i) / h i
  + rho i / h i) * (u i * u i)) + sum n (fun i => sum n (fun j => W i j * u i * u j)).

(** One Euler step of length [step]. *)
Definition euler (x : vec) : vec := fun i => x i
  + step * (Model.force rho b (acts_of g) (dsyn n W) x i / tau i).
Notation E := (network_energy n rho b W g L).

(** T14: no such step raises the energy, from any state. *)
Theorem T14 x : E (euler x) <= E x.
Proof.
  set (y := euler x). set (D := fun i => y i - x i). set (d := fun i => g i (y i) - g i (x i)).
  assert (Sn : syn n W (acts_of g y) - syn n W (acts_of g x)
    = - sum n (fun i => d i * sum n (fun j => W i j * g j (x j)))
    - / 2 * sum n (fun i => sum n (fun j => W i j * d i * d j))).
  { unfold syn, acts_of.
    assert (E2 : sum n (fun i => sum n (fun j => W i j * g i (x i) * d j))
      = sum n (fun i => d i * sum n (fun j => W i j * g j (x j)))).
    { rewrite sum_exchange. apply sum_ext. intros i Hi. rewrite <- sum_scal. apply sum_ext.
      intros j Hj. rewrite (symmetric j i) by auto. ring. }
    assert (E3 : sum n (fun i => sum n (fun j => W i j * d i * g j (x j)))
      = sum n (fun i => d i * sum n (fun j => W i j * g j (x j)))).
    { apply sum_ext. intros i _. rewrite <- sum_scal. apply sum_ext; intros; ring. }
    assert (E4 : sum n (fun i => sum n (fun j => W i j * g i (y i) * g j (y j)))
      = sum n (fun i => sum n (fun j => W i j * d i * d j))
      + sum n (fun i => sum n (fun j => W i j * d i * g j (x j)))
      + sum n (fun i => sum n (fun j => W i j * g i (x i) * d j))
      + sum n (fun i => sum n (fun j => W i j * g i (x i) * g j (x j)))).
    { rewrite <- !sum_plus. apply sum_ext. intros i _. rewrite <- !sum_plus. apply sum_ext. intros.
      unfold d. ring. }
    rewrite E4, E3, E2. field. }
  unfold network_energy, Model.energy, lagrangian.
  pose proof (semidefinite d) as SD.
  assert (B : sum n (fun i => (rho i * y i - b i) * acts_of g y i)
    - sum n (fun i => rho i * L i (y i)) - (sum n (fun i => (rho i * x i - b i) * acts_of g x i)
    - sum n (fun i => rho i * L i (x i)))
     <= sum n (fun i => d i * sum n (fun j => W i j * g j (x j)))
       - / 2 * sum n (fun i => (2 * (tau i / step - rho i) / h i + rho i / h i) * (d i * d i))).
  { rewrite <- sum_scal, <- !sum_minus. apply sum_le. intros i Hi. unfold acts_of.
    pose proof (baillon_haddad (L i) (g i) (h i) (x i) (y i) (h_pos i) (primitives i) (slopes i)) as
      BH. fold (d i) in BH.
    pose proof (rho_pos i Hi) as Pr. pose proof (tau_pos i Hi) as Pt. pose proof (h_pos i) as Ph.
      pose proof (short i Hi) as Pa.
    assert (Dy : tau i / step * D i = sum n (fun j => W i j * g j (x j)) + b i - rho i * x i).
    { unfold D, y, euler, Model.force, dsyn, acts_of. field. lra. }
    assert (SP : d i * d i / h i <= D i * d i).
    { apply (Rmult_le_reg_l (h i)); auto. replace (h i * (d i * d i / h i)) with (d i * d i)
      by (field; lra). unfold d, D.
      destruct (Rle_dec (x i) (y i)) as [Q|Q]; [pose proof (slopes i _ _ Q);
        nra|assert (Q' : y i <= x i) by lra; pose proof (slopes i _ _ Q'); nra]. }
    apply (Rmult_le_compat_l (rho i)) in BH; [|lra]. apply (Rmult_le_compat_l _ _ _ Pa) in SP.
    replace (/ 2 * ((2 * (tau i / step - rho i) / h i + rho i / h i) * (d i * d i)))
      with ((tau i / step - rho i) * (d i * d i / h i) + rho i * (d i * d i / (2 * h i)))
      by (field; lra).
    assert (Ed : g i (y i) = g i (x i) + d i) by (unfold d; ring). rewrite Ed in *.
      assert (Ex : y i = x i + D i) by (unfold D; ring). rewrite Ex in *.
    set (w := sum n (fun j => W i j * g j (x j))) in *.
      assert (Ew : w = tau i / step * D i - b i + rho i * x i) by lra. rewrite Ew.
    replace (x i + D i - x i) with (D i) in BH by ring. nra. }
  lra.
Qed.
End Step.
